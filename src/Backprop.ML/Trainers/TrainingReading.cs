using Backprop.Distribution;
using Backprop.ML.Data;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>Reads the rows of a training once, into memory, if they fit and the options allow it. Otherwise prepares a stream, which is
/// read again in every epoch.</summary>
/// <remarks>Values of a preset that depend on the number of rows are computed after reading, so that rows need not be read only to count
/// them.</remarks>
/// <param name="host">For the error messages.</param>
/// <param name="channel">For warnings.</param>
/// <param name="planFor">Creates the plan for a profile of the data.</param>
/// <param name="label">The label column; null for none.</param>
/// <param name="stop">Receives phases; its clock begins after the rows are read.</param>
/// <param name="seed">The seed of the random numbers.</param>
internal sealed class TrainingReading(
    IHost host, IChannel channel, Func<DatasetProfile, TrainingPlan> planFor, string? label, StopCondition stop, int seed)
{
    // Validation with fewer rows has so little information that an exception is thrown.
    private const int MinValidationRows = 100;

    /// <summary>Reads the rows.</summary>
    /// <param name="plan">The plan before the rows are read. How rows are read does not depend on their number.</param>
    /// <param name="data">The training rows.</param>
    /// <param name="validation">The validation rows; null for none.</param>
    /// <param name="splits">Whether rows are held out for validation, if the options require it.</param>
    public TrainingInput Read(TrainingPlan plan, RoleMappedData data, RoleMappedData? validation, bool splits)
    {
        if (!CountsFirst(plan.Options, splits)) stop.Reports.Begin(TrainingPhase.Reading, $"Reading the data");
        var input = ReadRows(plan, data, validation, splits);
        stop.StartClock();
        return input;
    }

    // True for a stream whose last rows or groups are held out.
    private static bool CountsFirst(BackpropTrainer.Options options, bool splits) =>
        splits && options is { IsStream: true, ValidationFraction: > 0 }
        && (options.SamplingKeyColumnName is not null || options.ValidationRows == ValidationRows.Last);

    private TrainingInput ReadRows(TrainingPlan plan, RoleMappedData data, RoleMappedData? validation, bool splits)
    {
        var options = plan.Options;
        var targets = plan.Task.TargetColumns(data.LabelOrNone);
        var need = MemoryNeed.Of(plan.Smallest!, options.ToTrainingOptions(plan.Loss, seed), targets);
        var budget = MemoryBudget.Of(options.MemoryBudget, need, plan.FeatureCount);
        var reader = new DataViewReader(host, channel, plan, budget);
        var mayStream = options.Caching != DataCaching.Memory && options.MayStreamInstead;

        // Validation rows are always in memory. So they are read first, if the training rows may be streamed.
        var given = mayStream ? ReadValidation(plan, budget, validation) : null;
        if (!options.IsStream)
        {
            if (ReadIntoMemory(reader, plan, data, mayStream, splits) is { } input)
                return Settled(input with { Validation = input.Validation ?? given ?? ReadValidation(plan, budget, validation) }, data);
            channel.Info(
                "The training data does not fit into memory ({0}). "
                + "So it is read again in every epoch. A source that can be read only once does not allow this ({1}).",
                nameof(BackpropTrainer.Options.MemoryBudget), nameof(BackpropTrainer.Options.Caching));
        }
        budget.ReserveStream();
        plan = planFor(plan.DatasetProfile with { AllowsKFoldBagging = false }).With(plan.Columns) with { KnowsRows = plan.KnowsRows };
        return Stream(reader, plan, data, given, splits, wasRead: !options.IsStream);
    }

    // Validation data may have its own order of names.
    private ExampleSet? ReadValidation(TrainingPlan plan, MemoryBudget budget, RoleMappedData? validation)
    {
        if (validation is null) return null;
        var known = plan.Columns.In(host, nameof(validation), validation.Schema.Schema, plan.Inputs, label);
        var other = new DataViewReader(host, channel, plan with { Columns = known }, budget);
        return other.Read(validation, "validation", mayStream: false)!.Examples;
    }

    private TrainingInput? ReadIntoMemory(DataViewReader reader, TrainingPlan plan, RoleMappedData data, bool mayStream, bool splits)
    {
        var groups = splits && plan.Options.SamplingKeyColumnName is { } key ? GroupColumn.AddTo(host, data.Data, key, seed) : default;
        if (reader.Read(data, "training", mayStream, groups) is not { } rows) return null;
        plan = Known(plan, rows.RowsRead);
        if (!splits || RuleOf(plan) is not { } rule)
            return new TrainingInput(plan, rows.Examples, null, rows.Examples, rows.Examples.Count, null, [], plan.Columns);

        var (learned, kept) = rule.Split(rows, plan.Task.HasClasses, host);
        if (plan.Task.HasClasses)
            new ClassCoverage(plan.Columns.Classes).Add(learned, areKept: false).Add(kept, areKept: true).Warn(channel);
        return new TrainingInput(plan, learned, null, learned, learned.Count, kept, [], plan.Columns);
    }

    // Removes keys, classes and slots that do not occur.
    private TrainingInput Settled(TrainingInput input, RoleMappedData data)
    {
        var (training, validation, columns) = (input.Memory!, input.Validation, input.Columns);
        if (InUse(input.Plan, data) is { } inUse)
            columns = inUse.Settle(ref training, ref validation, input.Plan.Options.Categories.Select(category => category.Slot));
        var missing = training.SlotsWithMissing();
        return input with { Memory = training, Sample = training, Validation = validation, Columns = columns, SlotsWithMissing = missing };
    }

    private ColumnsInUse? InUse(TrainingPlan plan, RoleMappedData data) =>
        plan.DatasetProfile.Earlier is null ? new ColumnsInUse(plan.Columns, data.Schema.Schema, label) : null;

    private TrainingInput Stream(
        DataViewReader reader, TrainingPlan plan, RoleMappedData data, ExampleSet? validation, bool splits, bool wasRead)
    {
        var rule = splits ? RuleOf(plan) : null;
        var parts = PartsOf(data.Data, plan.Options.Distributed);
        for (var requested = rule?.Fraction; ;)
        {
            var source = new DataViewSource(host, reader, data, plan, rule, seed, wasRead, parts)
            {
                InUse = InUse(plan, data),
                Stop = stop,
            };
            if (source.Measure(channel) is var (summary, held))
            {
                if (rule?.Fraction < requested)
                    channel.Warning(
                        MessageSensitivity.None, "{0} = {1} would hold out more rows than fit into memory ({2}), so {3} is used.",
                        nameof(BackpropTrainer.Options.ValidationFraction), requested, nameof(BackpropTrainer.Options.MemoryBudget),
                            rule!.Fraction);
                var kept = held ?? validation;
                var columns = source.InUse?.Settle(source, summary, ref kept) ?? plan.Columns;
                plan = Known(plan, source.RowsRead);
                return new TrainingInput(plan, null, source, summary.Sample, summary.Count, kept, summary.Features.WithMissing, columns);
            }
            if (source.Kept!.Count <= MinValidationRows) throw reader.ValidationExceeded(data, source.Kept);
            rule = rule! with { Fraction = rule.Fraction / 2 };
            wasRead = true;
        }
    }

    // The parts that ranks can read by themselves. They are checked before rows are read.
    private IReadOnlyList<IDataView> PartsOf(IDataView data, Distributed? distributed)
    {
        if (distributed is not { Partitioned: true }) return [];
        var parts = PartitionedView.PartsOf(host, data);
        if (parts.Count > 0) StreamPartitions.CheckParts(parts.Count, distributed.Shards);
        else
            channel.Info(
                "The data has no parts, so each shard reads it from the first row to its own last row in every epoch ({0}.{1}). To read "
                + "only the rows of its own shards, write a file for each shard, and pass ml.Data.{2} to the trainer.",
                nameof(Distributed), nameof(Distributed.Partitioned), nameof(BackpropPartitions.InPartitions));
        return parts;
    }

    // The plan with the values of the preset for this number of rows. The columns do not change.
    private TrainingPlan Known(TrainingPlan plan, long rows) =>
        plan.KnowsRows ? plan : planFor(plan.DatasetProfile with { Rows = rows }).With(plan.Columns);

    private HoldOut? RuleOf(TrainingPlan plan)
    {
        var options = plan.Options;
        if (options.ValidationFraction == 0) return null;
        return new HoldOut(options.ValidationFraction, options.ValidationRows, options.SamplingKeyColumnName, seed);
    }
}
