using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace SiteCheck;

/// <summary>Serves a folder on a free port of this machine.</summary>
internal sealed class SiteServer(WebApplication application) : IAsyncDisposable
{
    /// <summary>Where the folder is served, with a slash at the end.</summary>
    public string Address => $"{application.Urls.Single()}/";

    public static async Task<SiteServer> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(folder)),
            ServeUnknownFileTypes = true,
            DefaultContentType = "text/plain",
        });
        await application.StartAsync();
        return new SiteServer(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
