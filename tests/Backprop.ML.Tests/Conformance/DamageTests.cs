using Backprop.ModelDamage;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>A few hundred of the damaged files that tests/ModelDamage makes by the ten thousand.</summary>
public class DamageTests
{
    private const int Count = 300, Seed = 3;

    // Entries of ML.NET are left out: its own readers may run for ever on them, and only another process could end that.
    [Fact]
    public void No_damage_to_what_is_ours_changes_a_model_in_silence()
    {
        var ml = new MLContext(seed: 1);
        var models = SampleModels.Make(ml);
        var maker = new DamageMaker(models, Seed);
        var trial = new Trial(ml, models);
        var tally = new Tally();
        for (var number = 0; number < Count; number++)
        {
            var damage = maker.Make(number, oursOnly: true);
            tally.Add(number, damage.Group, damage.What, trial.Run(damage));
        }
        Assert.Empty(tally.Faults);
        Assert.InRange(tally.Of(DamageGroup.Ours, Outcome.Refused), Count / 2, Count);
        Assert.InRange(tally.MaxAllocated, 1, 20_000_000);
    }

    [Fact]
    public void Undamaged_files_would_be_called_harmless_and_other_models_different()
    {
        var ml = new MLContext(seed: 1);
        var models = SampleModels.Make(ml);
        var trial = new Trial(ml, models);
        var twin = models.Count / 2;
        Assert.Equal(Outcome.Harmless, trial.Run(new Damage(0, DamageGroup.Zip, "nothing", models[0].Archive.Write())).Outcome);
        Assert.Equal(Outcome.Different, trial.Run(new Damage(0, DamageGroup.Zip, "the twin", models[twin].File)).Outcome);
        Assert.Equal(models[0].Name.Split(',')[0], models[twin].Name.Split(',')[0]);
    }
}
