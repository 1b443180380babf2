using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Trees;

/// <summary>What a random search of LightGBM chooses.</summary>
/// <param name="LearningRate">The factor of every tree.</param>
/// <param name="Leaves">The largest number of leaves of a tree.</param>
/// <param name="MinimumRows">The smallest number of rows in a leaf.</param>
/// <param name="L1">Penalty of the absolute values of leaves.</param>
/// <param name="L2">Penalty of their squares.</param>
/// <param name="FeatureShare">Share of the features that a tree sees.</param>
/// <param name="RowShare">Share of the rows that an iteration sees.</param>
/// <param name="IsSoftmax">Whether all classes have one loss, instead of one for each against the others. From three classes on.</param>
internal sealed record TreeSettings(
    double LearningRate, int Leaves, int MinimumRows, double L1, double L2, double FeatureShare, double RowShare, bool IsSoftmax)
{
    private const int MaxRowsOneVersusAll = 50_000, MaxRowsOfSmallTrees = 100_000;

    /// <summary>The settings that ML.NET's trainer has if nothing is set; they depend on the numbers of rows and classes.</summary>
    public static TreeSettings OfMLNet(int rows, int classes)
    {
        var isSmall = rows <= MaxRowsOfSmallTrees;
        var leaves = isSmall ? 20 : 30;
        var minimumRows = classes > 2 ? Math.Clamp(rows / leaves / classes / 10, 5, 50) : 20;
        return new TreeSettings(isSmall ? 0.2 : 0.25, leaves, minimumRows, 0, 0.01, 1, 1, rows > MaxRowsOneVersusAll);
    }

    /// <summary>Draws settings. Rates, counts and penalties are uniform in their logarithms.</summary>
    public static TreeSettings Draw(Random random)
    {
        return new TreeSettings(
            Logarithmic(0.01, 0.3), (int)Logarithmic(4, 257), (int)Logarithmic(1, 101), Logarithmic(1e-4, 10), Logarithmic(1e-4, 10),
            Uniform(0.4, 1), Uniform(0.5, 1), random.Next(2) == 1);

        double Uniform(double from, double to) => from + random.NextDouble() * (to - from);
        double Logarithmic(double from, double to) => Math.Exp(Uniform(Math.Log(from), Math.Log(to)));
    }

    /// <summary>LightGBM's parameters. The second metric is what the trials are compared by, the first decides between equal ones. What is
    /// not chosen is as ML.NET has it.</summary>
    public string Parameters(TaskKind task, int classes)
    {
        var objective = task switch
        {
            TaskKind.Binary => "objective=binary sigmoid=0.5 metric=binary_logloss,binary_error",
            TaskKind.Multiclass =>
                $"objective={(IsSoftmax ? "multiclass" : "multiclassova")} sigmoid=0.5 num_class={classes} " +
                    "metric=multi_logloss,multi_error",
            _ => "objective=regression metric=l2,rmse",
        };
        return FormattableString.Invariant($"""
            {objective} learning_rate={LearningRate} num_leaves={Leaves} min_data_in_leaf={MinimumRows} lambda_l1={L1} lambda_l2={L2}
            feature_fraction={FeatureShare} bagging_fraction={RowShare} bagging_freq=1 min_sum_hessian_in_leaf=0.1 {Common}
            """).ReplaceLineEndings(" ");
    }

    /// <summary>Parameters that all trials share, also those of the bins.</summary>
    public static string Common =>
        "max_bin=255 feature_pre_filter=false verbosity=-1 num_threads=1 deterministic=true force_col_wise=true seed=1";
}
