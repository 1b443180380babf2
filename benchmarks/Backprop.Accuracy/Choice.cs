using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;

namespace Backprop.Accuracy;

/// <summary>What of everything is to be run.</summary>
internal sealed record Choice
{
    /// <summary>Ten small sets, of all three tasks.</summary>
    public static IReadOnlyList<string> Small { get; } = [
        "iris", "wine", "glass", "penguins", "sonar", "heart_cleveland", "ionosphere", "yacht", "auto_mpg", "diabetes_progression"];

    /// <summary>The learners: all but the costliest, if nothing else is said.</summary>
    public IReadOnlyList<Learner> Learners { get; private init; } = [.. Learner.All.Where(learner => learner.Key != "best")];

    /// <summary>The protocols: folds, if nothing else is said.</summary>
    public IReadOnlyList<Protocol> Protocols { get; private init; } = [Protocol.All[0]];

    /// <summary>Whether what has a result already is run again; the new one then counts.</summary>
    public bool Again { get; private init; }

    /// <summary>Seconds of processor time that a learner has for one split.</summary>
    public double Limit { get; private init; } = 600;

    private HashSet<string>? Sets { get; init; }

    private (int First, int Last) Splits { get; init; } = (1, int.MaxValue);

    /// <summary>Whether a set is to be run.</summary>
    public bool Wants(string set) => Sets?.Contains(set) ?? true;

    /// <summary>Whether a split is to be run.</summary>
    public bool Wants(int split) => split >= Splits.First && split <= Splits.Last;

    /// <summary>Reads the arguments that follow "run".</summary>
    /// <exception cref="FormatException">An argument is unknown; the message says what is allowed.</exception>
    public static Choice Parse(ReadOnlySpan<string> arguments, Manifest manifest)
    {
        var choice = new Choice();
        for (var i = 0; i < arguments.Length; i++)
        {
            var option = arguments[i];
            if (option == "--again")
            {
                choice = choice with { Again = true };
                continue;
            }
            if (option is not ("--sets" or "--learners" or "--protocol" or "--folds" or "--limit"))
                throw new FormatException(
                    $"Unknown option '{option}'; there are --sets, --learners, --protocol, --folds, --limit and --again.");
            var value = ++i < arguments.Length ? arguments[i] : throw new FormatException($"{option} lacks its value.");
            choice = option switch
            {
                "--sets" => choice with { Sets = SetsOf(value, manifest) },
                "--learners" => choice with { Learners = LearnersOf(value) },
                "--protocol" => choice with { Protocols = ProtocolsOf(value) },
                "--folds" => choice with { Splits = Range(value) },
                _ => choice with { Limit = PositiveNumber(value) },
            };
        }
        return choice;
    }

    private static HashSet<string>? SetsOf(string value, Manifest manifest)
    {
        if (value == "all") return null;
        if (value == "small") return [.. Small];
        string[] known = [.. manifest.Entries.Select(entry => entry.Name), California8.Name, .. Generated.Names];
        return [
            .. value.Split(',').Select(
                name => known.Contains(name) ? name : throw Unknown("set", name, known.Order().Append("small").Append("all")))];
    }

    private static IReadOnlyList<Learner> LearnersOf(string value) => [.. value.Split(',').SelectMany(LearnersNamed).Distinct()];

    private static IEnumerable<Learner> LearnersNamed(string name) => name switch
    {
        "all" => Learner.All,
        "ours" => Learner.All.Where(learner => learner.IsOurs),
        "peers" => Learner.All.Where(learner => !learner.IsOurs),
        _ =>
            [
                Learner.Of(name) ?? throw Unknown(
                    "learner", name,
                    [
                        .. Learner.All.Select(learner => learner.Key), .. Variation.Sizes.Select(variant => $"default@{variant}"),
                        "best@COST", "lightgbm@MULTIPLE", "ours", "peers", "all"])],
    };

    private static IReadOnlyList<Protocol> ProtocolsOf(string value) => value == "all"
        ? Protocol.All
        : [
            .. value.Split(',').Select(
                name =>
                    Protocol.All.FirstOrDefault(protocol => protocol.Name == name)
                        ?? throw Unknown("protocol", name, Protocol.All.Select(protocol => protocol.Name).Append("all")))];

    private static (int, int) Range(string value)
    {
        var ends = value.Split("..");
        return ends.Length <= 2 && int.TryParse(ends[0], out var first) && int.TryParse(ends[^1], out var last) && first >= 1
            && last >= first
            ? (first, last)
            : throw new FormatException($"--folds is '{value}'; allowed are a number, or two as in 1..5, from 1 on.");
    }

    private static double PositiveNumber(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"--limit is '{value}'; allowed is a number of seconds above 0.");

    private static FormatException Unknown(string kind, string name, IEnumerable<string> known) =>
        new($"Unknown {kind} '{name}'; known are {string.Join(", ", known)}.");
}
