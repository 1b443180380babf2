namespace Backprop.ML.Tests.Distribution;

/// <summary>Trainings under the launchers of Open MPI and MPICH: equal bits, and a clear end if a rank fails.</summary>
[Trait("Category", "Mpi")]
public sealed class MpiTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-mpi-");

    public void Dispose() => _folder.Delete(recursive: true);

    [MpiFact]
    public void Any_number_of_ranks_of_both_libraries_has_the_bits_of_one_process()
    {
        var alone = TestProgram.Run("MpiRanks", ["train", "-"]);
        Assert.Equal(0, alone.ExitCode);
        var expected = Assert.Single(ModelsIn(alone.Output));
        foreach (var (launcher, ranks) in new[] { ("mpirun.openmpi", 2), ("mpirun.mpich", 4) })
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, ranks, "MpiRanks", ["train", "-"]);
            Assert.True(exitCode == 0, errors);
            Assert.Equal(Enumerable.Repeat(expected, ranks), ModelsIn(output));
            for (var rank = 0; rank < ranks; rank++) Assert.Contains($"Rank {rank} of {ranks} on ", output, StringComparison.Ordinal);
        }
    }

    [MpiTheory, InlineData("shards"), InlineData("partitions")]
    public void One_training_in_shards_has_the_bits_of_one_process(string command)
    {
        var alone = TestProgram.Run("MpiRanks", [command, "-", "6"]);
        Assert.Equal(0, alone.ExitCode);
        var expected = Assert.Single(ModelsIn(alone.Output));
        foreach (var (launcher, ranks) in new[] { ("mpirun.openmpi", 2), ("mpirun.mpich", 4) })
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, ranks, "MpiRanks", [command, "-", "6"]);
            Assert.True(exitCode == 0, errors);
            Assert.Equal(Enumerable.Repeat(expected, ranks), ModelsIn(output));
            for (var rank = 0; rank < ranks; rank++) Assert.Contains($"Rank {rank} of {ranks} on ", output, StringComparison.Ordinal);
        }
    }

    [MpiFact]
    public void Groups_of_ranks_have_the_bits_of_one_process()
    {
        var alone = TestProgram.Run("MpiRanks", ["groups"]);
        Assert.Equal(0, alone.ExitCode);
        var expected = Assert.Single(ModelsIn(alone.Output));
        foreach (var (launcher, ranks) in new[] { ("mpirun.openmpi", 4), ("mpirun.mpich", 5) })
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, ranks, "MpiRanks", ["groups"]);
            Assert.True(exitCode == 0, errors);
            Assert.Equal(Enumerable.Repeat(expected, ranks), ModelsIn(output));
            Assert.Matches($"Rank {ranks - 1} of {ranks} on .*: group 1 of 2, items ", output);
        }
    }

    [MpiTheory, InlineData("shards"), InlineData("partitions")]
    public void A_training_in_shards_continues_with_another_number_of_ranks(string command)
    {
        var expected = Assert.Single(ModelsIn(TestProgram.Run("MpiRanks", [command, "-", "6"]).Output));
        var checkpoint = Path.Combine(_folder.FullName, "shards.checkpoint");
        var (exitCode, output, errors) = MpiJob.Run("mpirun.openmpi", 3, "MpiRanks", [command, checkpoint, "2"]);
        Assert.True(exitCode == 0, errors);
        Assert.All(ModelsIn(output), model => Assert.Contains("after 2 epochs", model, StringComparison.Ordinal));
        (exitCode, output, errors) = MpiJob.Run("mpirun.mpich", 2, "MpiRanks", [command, checkpoint, "6"]);
        Assert.True(exitCode == 0, errors);
        Assert.Equal(Enumerable.Repeat(expected, 2), ModelsIn(output));
    }

    [MpiFact]
    public void Checkpoints_of_one_number_of_ranks_continue_with_another()
    {
        var file = Path.Combine(_folder.FullName, "search.checkpoint");
        var first = MpiJob.Run("mpirun.mpich", 3, "MpiRanks", ["train", file]);
        Assert.True(first.ExitCode == 0, first.Errors);
        var files = _folder.GetFiles("*.trial*");
        Assert.True(files.Length >= 5, string.Join(", ", files.Select(each => each.Name)));
        // As if the job had been killed before some trials ended.
        foreach (var each in files.OrderBy(each => each.Name, StringComparer.Ordinal).Skip(3)) each.Delete();
        var second = TestProgram.Run("MpiRanks", ["train", file]);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(ModelsIn(first.Output)[0], Assert.Single(ModelsIn(second.Output)));
    }

    [MpiFact]
    public void A_rank_that_fails_ends_the_job()
    {
        var cases = new Dictionary<string, string>
        {
            ["throw"] = "Rank 1 of 2 on .* ends the job: System.IO.InvalidDataException: the data of this rank is damaged",
            ["hang"] = "Rank 0 of 2 on .* waited .* for rank 1, which sent no sign of life",
            ["unhandled"] = "InvalidDataException: nothing catches this",
            ["address"] = "Rank 1 of 2 on .* ends the job: System.AccessViolationException",
            ["exit0"] = "",
            ["exit3"] = "",
            ["kill"] = "",
        };
        var all = MpiJob.Launchers.SelectMany(launcher => cases.Select(each => (launcher, each.Key, each.Value)));
        // Most of the time, launchers wait.
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 4 }, each =>
            Fails(each.launcher, ["fail", each.Key], each.Value));
    }

    [MpiFact]
    public void A_rank_that_fails_within_a_training_ends_the_job()
    {
        (string Training, string How, string Expected)[] cases =
        [
            ("shards", "kill", ""), ("shards", "exit0", ""), ("shards", "unhandled", "InvalidDataException: nothing catches this"),
            ("shards", "stop", "Rank 0 of 2 on .* waited .* for rank 1"), ("members", "kill", ""), ("members", "exit0", ""),
            ("members", "stop", "Rank 0 of 2 on .* waited .* for rank 1"),
        ];
        var all = MpiJob.Launchers.SelectMany(launcher => cases.Select(each => (launcher, each)));
        // Most of the time, launchers wait.
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 4 }, job =>
            Fails(job.launcher, ["fail-in", job.each.Training, job.each.How], job.each.Expected));
    }

    [MpiFact]
    public void Keys_of_rank_0_are_those_of_all_ranks()
    {
        foreach (var (launcher, ranks) in new[] { ("mpirun.openmpi", 2), ("mpirun.mpich", 3) })
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, ranks, "MpiRanks", ["root"]);
            Assert.True(exitCode == 0, errors);
            Assert.Equal(Enumerable.Repeat("model 0 0, 0 1, 0 2", ranks), ModelsIn(output));
        }
    }

    [MpiFact]
    public void Ranks_with_other_options_are_refused_by_all_before_the_first_step()
    {
        var (exitCode, _, errors) = MpiJob.Run("mpirun.openmpi", 2, "MpiRanks", ["facts"]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("NumberOfIterations is 7 on rank 1", errors, StringComparison.Ordinal);
    }

    [MpiFact]
    public void The_library_of_another_launcher_is_refused()
    {
        foreach (var (launcher, library) in new[] { ("mpirun.openmpi", "libmpich.so.12"), ("mpirun.mpich", "libmpi.so.40") })
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, 2, "MpiRanks", ["train", "-"], ("BACKPROP_MPI_LIBRARY", library));
            Assert.NotEqual(0, exitCode);
            Assert.Empty(ModelsIn(output));
            Assert.Contains("The launcher started 2 processes, but the library sees 1", errors, StringComparison.Ordinal);
        }
        var missing = MpiJob.Run("mpirun.mpich", 1, "MpiRanks", ["train", "-"], ("BACKPROP_MPI_LIBRARY", "libnothing.so"));
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("No MPI library was found; these were tried: libnothing.so", missing.Errors, StringComparison.Ordinal);
    }

    // UCX, below Debian's MPICH, would end the process at the first null reference.
    [MpiFact]
    public void Null_references_can_be_caught_and_child_processes_awaited()
    {
        foreach (var launcher in MpiJob.Launchers)
        {
            var (exitCode, output, errors) = MpiJob.Run(launcher, 2, "MpiRanks", ["signals"]);
            Assert.True(exitCode == 0, errors);
            Assert.Equal(2, output.Split("caught 100, child 0").Length - 1);
        }
    }

    private static void Fails(string launcher, string[] arguments, string expected)
    {
        var (exitCode, output, errors) = MpiJob.Run(launcher, 2, "MpiRanks", arguments);
        Assert.True(exitCode != 0, $"{launcher}, {string.Join(' ', arguments)}: {output} {errors}");
        Assert.DoesNotContain("no rank failed", output, StringComparison.Ordinal);
        Assert.Matches(expected, errors);
    }

    private static string[] ModelsIn(string output) =>
        [.. output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("model ", StringComparison.Ordinal))];
}
