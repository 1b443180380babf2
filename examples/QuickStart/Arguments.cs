namespace QuickStart;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Arguments(string Data, string Label, string? Task)
{
    public static readonly string[] Tasks = ["binary", "multiclass", "regression"];

    private const string Usage = "usage: QuickStart [--data file.csv --label Column [--task binary|multiclass|regression]]";

    public static Arguments Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--data" or "--label" or "--task")) throw new UserError($"Unknown option '{args[i]}'; {Usage}");
            if (i + 1 == args.Length) throw new UserError($"Option {args[i]} needs a value; {Usage}");
            if (!given.TryAdd(args[i], args[i + 1])) throw new UserError($"Option {args[i]} is given twice; {Usage}");
        }
        foreach (var needed in (string[])["--data", "--label"])
            if (!given.ContainsKey(needed)) throw new UserError($"Option {needed} is missing; {Usage}");
        var task = given.GetValueOrDefault("--task");
        if (task is not null && !Tasks.Contains(task))
            throw new UserError($"Unknown task '{task}'; allowed are {string.Join(", ", Tasks)}.");
        return new Arguments(given["--data"], given["--label"], task);
    }
}
