// How do I serve predictions over HTTP? POST /predict answers from one model, with one predictor for all requests.
//   --model file   serves this model; without it, a small one is trained
//   --serve        serves until it is stopped; without it, the program sends one request to itself and ends
//   --urls url     where it listens, as in every ASP.NET program
using System.Globalization;
#region serve-usings
using Microsoft.ML;
#endregion
using ServePredictions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var keepsServing = args.Contains("--serve");
args = [.. args.Where(argument => argument != "--serve")];
if (!keepsServing) args = [.. args, "--urls", "http://127.0.0.1:0"]; // any free port

var ml = new MLContext(seed: 1);
var option = Array.IndexOf(args, "--model");
var model = option < 0 ? Training.Train(ml) : ml.Model.Load(args[option + 1], out _);
using var predictor = ml.Model.CreateThreadSafePredictor<Customer, Prediction>(model);

#region serve-app
var builder = WebApplication.CreateBuilder(args);
builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
var app = builder.Build();

app.Use(async (context, next) =>
{
    try
    {
        await next(context);
    }
    catch (BadHttpRequestException error)
    {
        var reason = (error.InnerException ?? error).Message;
        await Results.Problem(reason, statusCode: error.StatusCode).ExecuteAsync(context);
    }
});
app.MapPost("/predict", (Customer customer) => predictor.Predict(customer));
#endregion

if (!keepsServing) app.Lifetime.ApplicationStarted.Register(() => _ = AskOnce(app));

#region serve-run
app.Run();
#endregion

static async Task AskOnce(WebApplication app)
{
    try
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var customer = new Customer { Months = 3, Fee = 95, Calls = 4, Contract = "monthly" };
        using var answer = await client.PostAsJsonAsync("/predict", customer);
        Console.WriteLine($"POST /predict answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
    finally
    {
        app.Lifetime.StopApplication();
    }
}
