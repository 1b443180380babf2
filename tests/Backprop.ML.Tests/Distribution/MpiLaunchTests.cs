namespace Backprop.ML.Tests.Distribution;

/// <summary>The launcher decides which library is loaded, and how many processes there must be.</summary>
public class MpiLaunchTests
{
    [Fact]
    public void A_process_without_a_launcher_is_alone()
    {
        // A batch script of Slurm that starts the program without srun.
        var launch = Launch(("SLURM_NTASKS", "8"), ("SLURM_PROCID", "0"), ("PATH", "/usr/bin"));
        Assert.False(launch.HasLauncher);
        Assert.Null(launch.AnnouncedSize);
    }

    [Fact]
    public void Open_MPI_loads_its_own_library_alone()
    {
        var launch = Launch(("OMPI_COMM_WORLD_SIZE", "4"));
        Assert.True(launch.HasLauncher);
        Assert.Equal(4, launch.AnnouncedSize);
        Assert.Contains("libmpi.so.40", launch.LibraryNames);
        Assert.DoesNotContain("libmpich.so.12", launch.LibraryNames);
    }

    [Fact]
    public void MPICH_and_its_relatives_never_load_Open_MPI()
    {
        var launch = Launch(("PMI_SIZE", "3"), ("PMI_RANK", "1"));
        Assert.Equal(3, launch.AnnouncedSize);
        Assert.Contains("libmpich.so.12", launch.LibraryNames);
        Assert.Contains("msmpi.dll", launch.LibraryNames);
        Assert.DoesNotContain("libmpi.so.40", launch.LibraryNames);
    }

    [Fact]
    public void Slurm_announces_the_tasks_of_a_step()
    {
        var launch = Launch(("PMIX_RANK", "0"), ("SLURM_STEP_NUM_TASKS", "8"));
        Assert.True(launch.HasLauncher);
        Assert.Equal(8, launch.AnnouncedSize);
        Assert.Equal("libmpi.so.40", launch.LibraryNames[0]);
        Assert.Contains("libmpich.so.12", launch.LibraryNames);
    }

    [Fact]
    public void A_library_that_is_named_is_the_only_one()
    {
        var launch = Launch(("OMPI_COMM_WORLD_SIZE", "2"), ("BACKPROP_MPI_LIBRARY", "/opt/mpi/lib/libmpi.so.80"));
        Assert.Equal(["/opt/mpi/lib/libmpi.so.80"], launch.LibraryNames);
        Assert.True(Launch(("BACKPROP_MPI_LIBRARY", "libmpi.so.40")).HasLauncher);
    }

    [Theory, InlineData(""), InlineData("many"), InlineData("-2")]
    public void A_size_that_is_no_count_announces_nothing(string size) =>
        Assert.Null(Launch(("OMPI_COMM_WORLD_SIZE", size)).AnnouncedSize);

    // The development link without a version points to any of the installed libraries.
    [Fact]
    public void Links_for_compilers_are_never_loaded() =>
        Assert.DoesNotContain(Launch().LibraryNames, name => name.EndsWith("libmpi.so", StringComparison.Ordinal));

    private static MpiLaunch Launch(params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
