using System.Text.Json.Nodes;
using Backprop.Core.Tests.Training;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

/// <summary>A loss of one's own is saved by the full name of its type, and nothing but a loss is ever made of a name in a file.</summary>
public class OwnLossTests
{
    private const string Assembly = "Backprop.Core.Tests", Folder = "Backprop.Core.Tests.Persistence";

    private static readonly Network Line = Problems.TwoToOne();
    private static readonly string Header = Saved.Header(File(new Profit(2.5)));
    private static readonly byte[] Floats = Saved.Floats(File(new Profit(2.5)));

    [Fact]
    public void It_comes_back_with_its_options()
    {
        var loss = new Profit(2.5) { Currency = "CHF \"and\" more", Tiers = [1, 3] };
        Assert.Equal(loss, Saved.Read(File(loss)).Network.Loss);
        Assert.Equal(new Profit.Nested(), Saved.Read(File(new Profit.Nested())).Network.Loss);
    }

    [Fact]
    public void The_file_names_type_and_assembly_without_a_version()
    {
        var loss = JsonNode.Parse(Header)!["loss"]!;
        Assert.Equal($"{Folder}.Profit, {Assembly}", loss["type"]!.GetValue<string>());
        Assert.Equal(["currency", "price", "tiers", "type"], loss.AsObject().Select(member => member.Key).Order());
    }

    [Fact]
    public void A_trained_network_predicts_the_same_after_it()
    {
        var options = new TrainingOptions { Loss = new Profit(1), NumberOfIterations = 3 };
        var trained = new Trainer(options).Train(Line, Problems.Surface(20, seed: 1));
        TestNumbers.AssertSameBits(Saved.Predict(trained.Network), Saved.Predict(Saved.Read(Saved.Bytes(trained)).Network));
    }

    [Fact]
    public void A_type_that_no_file_can_name_is_refused_when_it_is_saved()
    {
        var message = Assert.Throws<NotSupportedException>(() => File(new Generic<int>())).Message;
        Assert.Contains("Generic", message);
        Assert.Contains("neither generic nor local", message);
    }

    [Theory]
    [InlineData($"{Folder}.Lost, {Assembly}")]
    [InlineData($"{Folder}.Profit, Lost.Assembly")]
    [InlineData($"{Folder}.profit, {Assembly}")]
    public void A_type_that_is_missing_is_named_with_what_to_do(string type)
    {
        var message = Refusal(Renamed(type));
        Assert.Contains($"'{type}' (type, assembly), but this type was not found", message);
        Assert.Contains("Reference or load the assembly", message);
    }

    [Theory]
    [InlineData($"{Folder}.Trap, {Assembly}")]
    [InlineData($"{Folder}.OwnLoss, {Assembly}")]
    [InlineData("System.Object, System.Private.CoreLib")]
    [InlineData("System.IO.FileInfo, System.Private.CoreLib")]
    [InlineData("Backprop.Losses.Loss, Backprop.Core")]
    [InlineData("Backprop.Optimizers.Sgd, Backprop.Core")]
    public void A_type_that_is_no_concrete_loss_is_refused_and_never_made(string type)
    {
        Assert.Contains("this type was not found", Refusal(Renamed(type)));
        Assert.Equal(0, Trap.Made);
    }

    [Theory]
    [InlineData("Profit")]
    [InlineData("")]
    [InlineData(", ")]
    [InlineData($"{Folder}.Profit, ")]
    [InlineData($", {Assembly}")]
    [InlineData($"{Folder}.Profit, {Assembly}, Version=1.0.0.0")]
    [InlineData($"{Folder}.Generic`1[[System.Int32, System.Private.CoreLib]], {Assembly}")]
    [InlineData($"{Folder}.Profit[], {Assembly}")]
    [InlineData($"{Folder}.Profit, ../{Assembly}")]
    [InlineData($"{Folder}.Profit, {Assembly}.dll\\0")]
    public void A_text_that_names_no_type_is_refused(string type) => Assert.Contains($"There is no loss '{type}'", Refusal(Renamed(type)));

    [Theory]
    [InlineData("""{"type":"Backprop.Core.Tests.Persistence.Profit, Backprop.Core.Tests"}""")]
    [InlineData("""{"type":"Backprop.Core.Tests.Persistence.Profit, Backprop.Core.Tests","price":"much","currency":"EUR","tiers":[]}""")]
    [InlineData("""{"type":"Backprop.Core.Tests.Persistence.Profit, Backprop.Core.Tests","price":1,"double":2}""")]
    [InlineData("""{"type":"Backprop.Core.Tests.Persistence.Profit, Backprop.Core.Tests","price":1,"price":2}""")]
    [InlineData("""{"type":"Backprop.Core.Tests.Persistence.Picky, Backprop.Core.Tests","share":7}""")]
    [InlineData("""{"price":1}""")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":{"type":"SquaredError"}}""")]
    [InlineData("""{"type":"HuberLoss","delta":-1}""")]
    [InlineData("""{"type":"PinballLoss","quantiles":null}""")]
    [InlineData("""{"type":"PinballLoss","quantiles":[0.5,0.5]}""")]
    [InlineData("""{"type":"SquaredError","more":1}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"SquaredError\"")]
    public void Options_that_do_not_fit_the_type_are_refused(string loss)
    {
        var own = JsonNode.Parse(Header)!["loss"]!.ToJsonString();
        Assert.Contains(own, Header);
        Assert.Contains("contradicts itself", Refusal(Saved.Forge(Header.Replace(own, loss, StringComparison.Ordinal), Floats)));
    }

    [Theory]
    [InlineData("constructor", "division", "DivideByZeroException")]
    [InlineData("constructor", "wrapped", "TimeZoneNotFoundException")]
    [InlineData("constructor", "format", "ArithmeticException")]
    [InlineData("setter", "division", "DivideByZeroException")]
    [InlineData("setter", "wrapped", "TimeZoneNotFoundException")]
    [InlineData("setter", "format", "ArithmeticException")]
    public void A_constructor_or_setter_that_throws_is_named_with_what_happened(string member, string what, string exception)
    {
        var message = Refusal(WithMood(member, what));
        Assert.Contains($"'{Folder}.Moody, {Assembly}'", message);
        Assert.Contains($"{exception}: ", message);
        Assert.Contains($"\"{member}\":\"{what}\"", message);
    }

    [Theory]
    [InlineData("division", "DivideByZeroException: The mood is divided.")]
    [InlineData("format", "The mood is divided.")]
    public void A_loss_that_throws_when_it_is_asked_about_the_network_is_refused_alike(string what, string words) =>
        Assert.Contains(words, Refusal(WithMood("later", what)));

    private static byte[] WithMood(string member, string what)
    {
        var file = File(new Moody(""), new Standardization([0], [1]));
        var header = JsonNode.Parse(Saved.Header(file))!;
        header["loss"]![member] = what;
        return Saved.Forge(header.ToJsonString(), Saved.Floats(file));
    }

    private static byte[] File(Loss loss, Standardization? targets = null) =>
        Saved.Bytes(new TrainingResult(new TrainedNetwork(Line, new float[3], loss, targets: targets), [], BestEpoch: 0));

    private static byte[] Renamed(string type)
    {
        var header = JsonNode.Parse(Header)!;
        header["loss"]!["type"] = type;
        return Saved.Forge(header.ToJsonString(), Floats);
    }

    private static string Refusal(byte[] file)
    {
        var refusal = Assert.Throws<FormatException>(() => Saved.Read(file));
        Assert.Null(refusal.InnerException);
        return refusal.Message;
    }
}
