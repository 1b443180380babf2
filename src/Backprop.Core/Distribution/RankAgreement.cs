using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.Json;

namespace Backprop.Distribution;

/// <summary>Compares what all ranks need in common before a distributed computation, so that all throw if one cannot continue.</summary>
internal static class RankAgreement
{
    // Reading differs between ranks, by the disks of their machines.
    private const int DeadlinesOfReading = 10;

    private const string ProcessorFact = "the kind of processor";

    /// <summary>Compares facts by name. Every rank calls this method or <see cref="Refuse"/> once.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="facts">Facts that all ranks must have in common.</param>
    /// <param name="warn">Receives a warning if ranks have different processors, on rank 0.</param>
    /// <exception cref="InvalidOperationException">A fact differs, or a rank failed; the message names rank, host, and fact or
    /// error.</exception>
    public static void Reach(ICommunicator communicator, IEnumerable<KeyValuePair<string, string>> facts, Action<string> warn)
    {
        if (communicator.Size == 1) return;
        var all = facts.Append(KeyValuePair.Create(ProcessorFact, ProcessorKind())).ToArray();
        var verdict = Exchange(communicator, new Hello(communicator.Host, all, Problem: null));
        if (verdict.Warning is { } warning && communicator.Rank == 0) warn(warning);
        if (verdict.Refusal is { } refusal) throw new InvalidOperationException(refusal);
    }

    /// <summary>The build of an assembly, as a fact. Builds are deterministic, so equal sources have equal identifiers.</summary>
    public static KeyValuePair<string, string> BuildOf(Type type) =>
        KeyValuePair.Create($"the build of {type.Assembly.GetName().Name}", type.Module.ModuleVersionId.ToString());

    /// <summary>Reports that this rank cannot continue. The others throw an exception that names this error.</summary>
    /// <returns>An exception that names the errors of all ranks; null if all ranks have the same error, which the caller throws.</returns>
    public static InvalidOperationException? Refuse(ICommunicator communicator, Exception problem)
    {
        if (communicator.Size == 1) return null;
        var hello = new Hello(communicator.Host, [], $"{problem.GetType().Name}: {problem.Message}");
        var verdict = Exchange(communicator, hello);
        return verdict.IsCommon ? null : new InvalidOperationException(verdict.Refusal, problem);
    }

    private static Verdict Exchange(ICommunicator communicator, Hello own)
    {
        var link = new RankLink(communicator);
        var deadline = DeadlinesOfReading * communicator.Deadline;
        if (communicator.Rank != 0)
        {
            link.Send(0, RankMessageKind.Hello, JsonSerializer.SerializeToUtf8Bytes(own));
            return Read<Verdict>(link.Receive(0, RankMessageKind.Verdict, deadline));
        }
        Hello[] all = [own, .. link.Others.Select(rank => Read<Hello>(link.Receive(rank, RankMessageKind.Hello, deadline)))];
        var verdict = VerdictOn(all);
        foreach (var rank in link.Others) link.Send(rank, RankMessageKind.Verdict, JsonSerializer.SerializeToUtf8Bytes(verdict));
        link.Flush();
        return verdict;
    }

    private static T Read<T>(RankMessage message) => JsonSerializer.Deserialize<T>(message.Content)!;

    private static Verdict VerdictOn(Hello[] all)
    {
        var failed = all.Index().Where(each => each.Item.Problem is not null).ToArray();
        if (failed.Length > 0)
        {
            var isCommon = all.All(each => each.Problem == all[0].Problem);
            return new Verdict(Text(failed.Select(each => $"{NameOf(each)} cannot train. {each.Item.Problem}")), null, isCommon);
        }
        List<string> refusals = [], warnings = [];
        foreach (var each in all.Index().Skip(1))
            foreach (var (name, own, other) in Differences(all[0].Facts, each.Item.Facts))
            {
                var list = name == ProcessorFact ? warnings : refusals;
                list.Add($"{name} is {other} on {NameOf(each)}, and {own} on rank 0, {all[0].Host}.");
            }
        var refusal = refusals.Count == 0
            ? null
            : Text(refusals) + " Start the same version of the program on all ranks, with the same options, seed and data.";
        var warning = warnings.Count == 0
            ? null
            : Text(warnings) + " Results may differ in their last bits from those of ranks on equal processors.";
        return new Verdict(refusal, warning, IsCommon: false);
    }

    private static string NameOf((int Index, Hello Item) each) => $"rank {each.Index}, {each.Item.Host}";

    // The first ones suffice to find the cause.
    private static string Text(IEnumerable<string> sentences)
    {
        const int max = 5;
        var text = new StringBuilder();
        var all = sentences.ToArray();
        foreach (var sentence in all.Take(max))
            text.Append(text.Length == 0 ? "" : " ").Append(char.ToUpperInvariant(sentence[0])).Append(sentence.AsSpan(1));
        return all.Length > max ? $"{text} And {all.Length - max} more." : text.ToString();
    }

    private static IEnumerable<(string Name, string Own, string Other)> Differences(
        KeyValuePair<string, string>[] own, KeyValuePair<string, string>[] others)
    {
        var rest = new Dictionary<string, string>();
        foreach (var fact in others) rest[fact.Key] = fact.Value;
        foreach (var fact in own)
        {
            var other = rest.Remove(fact.Key, out var value) ? value : "unknown";
            if (other != fact.Value) yield return (fact.Key, fact.Value, other);
        }
        foreach (var fact in rest) yield return (fact.Key, "unknown", fact.Value);
    }

    // AVX2 and AVX-512 have the same bits (docs/decisions/0006).
    private static string ProcessorKind()
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString();
        return Fma.IsSupported ? $"{architecture} with fused multiply-add" : architecture;
    }

    private sealed record Hello(string Host, KeyValuePair<string, string>[] Facts, string? Problem);

    private sealed record Verdict(string? Refusal, string? Warning, bool IsCommon);
}
