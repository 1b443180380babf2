using PuppeteerSharp;
using SiteCheck;

// SITE [--all] [--pictures FOLDER]: loads the start page and one page of each folder of the site, or all pages, each at the width of a
// desktop and of a phone, in light and in dark. Prints findings; the exit code is 1 if there are any. With --pictures, keeps a picture of
// each.
if (args is not [var site, .. var options] || !Directory.Exists(site))
{
    Console.Error.WriteLine("Usage: SiteCheck SITE [--all] [--pictures FOLDER]. SITE is the folder of a built site.");
    return 2;
}
var pictures = options.SkipWhile(option => option != "--pictures").Skip(1).FirstOrDefault();
if (pictures is not null) Directory.CreateDirectory(pictures);
var pages = options.Contains("--all") ? SitePages.All(site) : SitePages.OfEachKind(site);

await using var server = await SiteServer.StartAsync(site);
await using var browser = await Puppeteer.LaunchAsync(new LaunchOptions
{
    ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
    Args =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ],
});
var findings = new List<string>();
foreach (var path in pages)
    foreach (var look in Look.All)
        findings.AddRange(await new PageVisit(browser, server.Address, path, look, pictures).FindingsAsync());
foreach (var finding in findings) Console.WriteLine(finding);
Console.WriteLine($"{pages.Count} pages, {Look.All.Count} looks each: {findings.Count} findings");
return findings.Count == 0 && pages.Count > 0 ? 0 : 1;
