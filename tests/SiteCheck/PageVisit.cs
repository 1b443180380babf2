using System.Collections.Concurrent;
using PuppeteerSharp;

namespace SiteCheck;

/// <summary>One page in one look: errors of its scripts, resources that fail or come from elsewhere, overflow, images without
/// text.</summary>
internal sealed class PageVisit(IBrowser browser, string address, string path, Look look, string? pictures)
{
    // What overflows: an element that ends right of the window, and that no parent scrolls or cuts off.
    private const string FindOverflow = """
        () => {
            const width = document.documentElement.clientWidth, found = [];
            if (document.documentElement.scrollWidth > width) {
                for (const element of document.querySelectorAll('main *, header *, footer *, body > *'))
                    if (element.getBoundingClientRect().right > width + 1) {
                        let isCut = false;
                        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
                            if (getComputedStyle(up).overflowX !== 'visible') isCut = true;
                        if (!isCut) found.push(`${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`);
                    }
                found.unshift(`the page is ${document.documentElement.scrollWidth} pixels wide in a window of ${width}`);
            }
            return found.slice(0, 3);
        }
        """;

    private const string FindImages = """
        () => [...document.querySelectorAll('main img, article img')]
            .filter(image => !image.alt || !image.complete || image.naturalWidth === 0)
            .map(image => `${image.getAttribute('src')} ${image.alt ? 'does not load' : 'has no alternative text'}`)
        """;

    private readonly ConcurrentQueue<string> _findings = new();

    public async Task<IReadOnlyList<string>> FindingsAsync()
    {
        await using var page = await browser.NewPageAsync();
        await page.SetViewportAsync(new ViewPortOptions { Width = look.Width, Height = look.Height, IsMobile = look.Width < 600 });
        await page.EmulateMediaFeaturesAsync(
            [new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = look.Scheme }]);
        page.Console += (_, message) =>
        {
            if (message.Message.Type is ConsoleType.Error or ConsoleType.Warning) Found($"console: {message.Message.Text}");
        };
        page.PageError += (_, error) => Found($"script: {error.Message}");
        page.RequestFailed += (_, request) => Found($"failed: {request.Request.Url}");
        page.Response += (_, response) =>
        {
            if ((int)response.Response.Status >= 400) Found($"{(int)response.Response.Status}: {response.Response.Url}");
        };
        page.Request += (_, request) =>
        {
            if (IsElsewhere(request.Request.Url)) Found($"from elsewhere: {request.Request.Url}");
        };

        await page.GoToAsync(address + path, WaitUntilNavigation.Networkidle0);
        foreach (var overflow in await page.EvaluateFunctionAsync<string[]>(FindOverflow)) Found($"overflow: {overflow}");
        foreach (var image in await page.EvaluateFunctionAsync<string[]>(FindImages)) Found($"image: {image}");
        if (pictures is not null) await TakePictureAsync(page);
        return [.. _findings.Distinct()];
    }

    private bool IsElsewhere(string url) =>
        !url.StartsWith(address, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal)
        && !url.StartsWith("blob:", StringComparison.Ordinal);

    private void Found(string what) => _findings.Enqueue($"{path} ({look.Name}): {what}");

    private Task TakePictureAsync(IPage page)
    {
        var name = $"{path.Replace('/', '-').Replace(".html", "", StringComparison.Ordinal)}-{look.Name}.png";
        return page.ScreenshotAsync(Path.Combine(pictures!, name), new ScreenshotOptions { FullPage = true });
    }
}
