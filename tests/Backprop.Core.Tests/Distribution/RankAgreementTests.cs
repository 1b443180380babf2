using Backprop.Distribution;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Before the first step, all ranks learn what differs or fails on one of them.</summary>
public class RankAgreementTests
{
    [Fact]
    public void Equal_facts_are_accepted()
    {
        var problems = ThreadRanks.RunAll(5, communicator => RankAgreement.Reach(communicator, Facts("8", "1000"), Assert.Fail));
        Assert.All(problems, Assert.Null);
    }

    [Fact]
    public void Every_rank_names_the_fact_and_the_rank_that_differs()
    {
        var problems = ThreadRanks.RunAll(
            3, communicator => RankAgreement.Reach(communicator, Facts("8", communicator.Rank == 2 ? "999" : "1000"), Assert.Fail));
        Assert.All(problems, problem => Assert.StartsWith(
            "The number of rows is 999 on rank 2, host2, and 1000 on rank 0, host0.",
            Assert.IsType<InvalidOperationException>(problem).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_fact_that_one_rank_lacks_differs()
    {
        var problems = ThreadRanks.RunAll(2, communicator => RankAgreement.Reach(
            communicator, communicator.Rank == 0 ? Facts("8", "1000") : Facts("8", "1000").Append(KeyValuePair.Create("the column", "age")),
            Assert.Fail));
        Assert.All(problems, problem => Assert.StartsWith("The column is age on rank 1, host1, and unknown on rank 0", problem!.Message));
    }

    [Fact]
    public void A_rank_that_cannot_train_is_named_by_all()
    {
        var problems = ThreadRanks.RunAll(3, communicator =>
        {
            if (communicator.Rank != 1) RankAgreement.Reach(communicator, Facts("8", "1000"), Assert.Fail);
            else throw RankAgreement.Refuse(communicator, new FileNotFoundException("train.csv is missing"))!;
        });
        Assert.All(problems, problem => Assert.Equal(
            "Rank 1, host1 cannot train. FileNotFoundException: train.csv is missing",
            Assert.IsType<InvalidOperationException>(problem).Message));
    }

    [Fact]
    public void An_error_of_all_ranks_remains_their_own()
    {
        var refusals = ThreadRanks.Run(3, communicator => RankAgreement.Refuse(communicator, new FileNotFoundException("train.csv")));
        Assert.All(refusals, Assert.Null);
    }

    [Fact]
    public void A_rank_that_does_not_come_is_named_after_ten_deadlines()
    {
        var problems = ThreadRanks.RunAll(
            2,
            communicator =>
            {
                if (communicator.Rank == 0) RankAgreement.Reach(communicator, Facts("8", "1000"), Assert.Fail);
            },
            deadline: TimeSpan.FromMilliseconds(20));
        Assert.Contains("for rank 1", Assert.IsType<TimeoutException>(problems[0]).Message);
    }

    private static IEnumerable<KeyValuePair<string, string>> Facts(string batch, string rows) =>
        [KeyValuePair.Create("BatchSize", batch), KeyValuePair.Create("the number of rows", rows)];
}
