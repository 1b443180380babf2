using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Backprop.ML.Tests;

/// <summary>examples/ServePredictions as a process of its own, asked over HTTP.</summary>
public sealed class ServePredictionsTests : IClassFixture<ServePredictionsTests.Server>
{
    private const string Good = """{"months": 3, "fee": 95, "calls": 4, "contract": "monthly"}""";

    private readonly Server _server;

    public ServePredictionsTests(Server server) => _server = server;

    [Fact]
    public async Task A_customer_is_answered_with_a_prediction()
    {
        var likely = await Predict(Good);
        var unlikely = await Predict("""{"months": 70, "fee": 25, "calls": 0, "contract": "two years"}""");
        Assert.True(likely.GetProperty("predictedLabel").GetBoolean());
        Assert.False(unlikely.GetProperty("predictedLabel").GetBoolean());
        Assert.InRange(likely.GetProperty("probability").GetSingle(), 0.5f, 1);
        Assert.InRange(unlikely.GetProperty("probability").GetSingle(), 0, 0.5f);
    }

    [Fact]
    public async Task A_fee_may_be_missing() => await Predict("""{"months": 3, "calls": 4, "contract": "monthly"}""");

    [Fact]
    public async Task Requests_at_the_same_time_are_answered_as_one_by_one()
    {
        var expected = (await Predict(Good)).GetProperty("probability").GetSingle();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Predict(Good)));
        Assert.All(answers, answer => Assert.Equal(expected, answer.GetProperty("probability").GetSingle()));
    }

    [Theory]
    [InlineData("""{"fee": 95, "calls": 4, "contract": "monthly"}""", HttpStatusCode.BadRequest, "'months'")]
    [InlineData("""{"months": "three", "calls": 4, "contract": "monthly"}""", HttpStatusCode.BadRequest, "System.Single. Path: $.months")]
    [InlineData("""{"months": 3""", HttpStatusCode.BadRequest, "$.months")]
    [InlineData("null", HttpStatusCode.BadRequest, "customer")]
    [InlineData("", HttpStatusCode.BadRequest, "customer")]
    public async Task A_bad_request_is_answered_with_the_reason(string body, HttpStatusCode status, string reason)
    {
        using var answer = await Post(body);
        Assert.Equal(status, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_content_than_json_is_refused()
    {
        using var answer = await _server.Client.PostAsync(new Uri("/predict", UriKind.Relative), new StringContent(Good, Encoding.UTF8));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    private async Task<JsonElement> Predict(string body)
    {
        using var answer = await Post(body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<HttpResponseMessage> Post(string body) =>
        _server.Client.PostAsync(new Uri("/predict", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>The running program.</summary>
    public sealed class Server : IDisposable
    {
        private const string Listening = "Now listening on: ";

        private readonly Process _process;

        public Server()
        {
            string[] arguments = [TestProgram.PathOf("ServePredictions"), "--serve", "--urls", "http://127.0.0.1:0"];
            var start = new ProcessStartInfo(TestProgram.Dotnet, arguments) { RedirectStandardOutput = true };
            _process = Process.Start(start)!;
            while (true)
            {
                var line = _process.StandardOutput.ReadLine()
                    ?? throw new InvalidOperationException("The server ended before it listened.");
                if (!line.Contains(Listening, StringComparison.Ordinal)) continue;
                Client = new HttpClient { BaseAddress = new Uri(line.Split(Listening)[1]) };
                break;
            }
            _ = _process.StandardOutput.ReadToEndAsync(); // a full pipe would stop the server
        }

        public HttpClient Client { get; }

        public void Dispose()
        {
            Client.Dispose();
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
