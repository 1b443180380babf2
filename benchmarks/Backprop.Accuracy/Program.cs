using Backprop.Accuracy;
using Backprop.Accuracy.Anomaly;
using Backprop.Accuracy.Calibration;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Intervals;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Ranking;
using Backprop.Accuracy.Running;
using Backprop.Accuracy.Summary;
using Backprop.Accuracy.Tuning;

// run: has learners work and keeps their results; summary: makes tables and plots of them. "worker" is what this program asks of itself.
try
{
    switch (args)
    {
        case ["worker", var key]:
            WorkerLoop.Run((LocalLearner)Learner.Of(key)!);
            return 0;
        case ["run", .. var options]:
            var manifest = new Manifest();
            using (var run = new AccuracyRun(manifest, Choice.Parse(options, manifest))) await run.RunAsync();
            return 0;
        case ["intervals", "summary"] or ["intervals", "summary", "--write"]:
            IntervalPage.Make(write: args.Length > 2);
            return 0;
        case ["intervals", "run", .. var options]:
            var sets = new Manifest();
            IntervalRun.Run(sets, Choice.Parse(options, sets));
            return 0;
        case ["anomaly", "summary"] or ["anomaly", "summary", "--write"]:
            AnomalyPage.Make(write: args.Length > 2);
            return 0;
        case ["anomaly", "run", .. var options]:
            var anomalySets = new Manifest();
            AnomalyRun.Run(anomalySets, Choice.Parse(options, anomalySets));
            return 0;
        case ["frontier", "summary"] or ["frontier", "summary", "--write"]:
            FrontierPage.Make(write: args.Length > 2);
            return 0;
        case ["tuning", "summary"] or ["tuning", "summary", "--write"]:
            TuningPage.Make(new Manifest(), write: args.Length > 2);
            return 0;
        case ["summary"] or ["summary", "--write"]:
            AccuracyPage.Make(write: args.Length > 1);
            return 0;
        case ["calibration", "run", .. var options]:
            var calibrationSets = new Manifest();
            using (var run = new CalibrationRun(calibrationSets, Choice.Parse(options, calibrationSets))) await run.RunAsync();
            return 0;
        case ["calibration", "summary"] or ["calibration", "summary", "--write"]:
            CalibrationPage.Make(write: args.Length > 2);
            return 0;
        case ["ranking", "run"]:
            RankingRun.Run(new Manifest());
            return 0;
        case ["ranking", "summary"] or ["ranking", "summary", "--write"]:
            RankingPage.Make(new Manifest(), write: args.Length > 2);
            return 0;
        default:
            throw new FormatException($"""
                Unknown: '{string.Join(' ', args)}'. There are
                  run [--sets a,b|small|all] [--learners x,y|ours|peers|all] [--protocol folds|splits|test|california8|generated|all]
                      [--folds 1..5] [--limit seconds] [--again]
                  anomaly run [--sets a,b|small|all] [--folds 1..5] [--again]
                  anomaly summary [--write]
                  intervals run [--sets a,b|small|all] [--folds 1..5] [--again]
                  intervals summary [--write]
                  summary [--write]
                  calibration run [--sets a,b|small|all] [--folds 1..5] [--limit seconds] [--again]
                  calibration summary [--write]
                  tuning summary [--write]
                  frontier summary [--write]
                  ranking run
                  ranking summary [--write]
                """);
    }
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
