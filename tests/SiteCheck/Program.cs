using PuppeteerSharp;
using SiteCheck;

// SITE [--all | --under PATH] [--pictures FOLDER]: loads the start page and one page of each folder of the site, or all pages, or the pages
// whose path begins with PATH. Each is loaded at the width of a desktop and of a phone, in light and in dark. Prints findings; the exit
// code is 1 if there are any. With --pictures, keeps a picture of each.
if (args is not [var site, .. var options] || !Directory.Exists(site))
{
    Console.Error.WriteLine("Usage: SiteCheck SITE [--all | --under PATH] [--pictures FOLDER]. SITE is the folder of a built site.");
    return 2;
}
var pictures = After("--pictures");
if (pictures is not null) Directory.CreateDirectory(pictures);
var under = options.Contains("--all") ? "" : After("--under");
var pages = under is null ? SitePages.OfEachKind(site) : SitePages.Under(site, under);

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
var count = 0;
foreach (var path in pages)
    foreach (var look in Look.All)
        foreach (var finding in await new PageVisit(browser, server.Address, path, look, pictures).FindingsAsync())
        {
            count++;
            Console.WriteLine(finding);
        }
Console.WriteLine($"{pages.Count} pages, {Look.All.Count} looks each: {count} findings");
return count == 0 && pages.Count > 0 ? 0 : 1;

string? After(string option) => options.SkipWhile(given => given != option).Skip(1).FirstOrDefault();
