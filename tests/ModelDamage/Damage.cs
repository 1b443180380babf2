namespace Backprop.ModelDamage;

/// <summary>Where a file was damaged.</summary>
public enum DamageGroup
{
    /// <summary>An entry of ours.</summary>
    Ours,

    /// <summary>An entry that ML.NET wrote and reads: Schema, Version.txt, the chain's own Model.key, other steps.</summary>
    Host,

    /// <summary>The bytes of the zip.</summary>
    Zip,

    /// <summary>An entry of ours, with all checksums written again. That is forgery, not damage: other predictions are allowed.</summary>
    Forged,
}

/// <summary>One damaged file.</summary>
/// <param name="Model">Index of the model that it was made of.</param>
/// <param name="Group">Where it is damaged.</param>
/// <param name="What">How, in words.</param>
/// <param name="File">The zip.</param>
public sealed record Damage(int Model, DamageGroup Group, string What, byte[] File);

/// <summary>Makes damaged files; the same seed and number make the same damage to the same models.</summary>
public sealed class DamageMaker(IReadOnlyList<SampleModel> models, int seed)
{
    private const int BombEvery = 1500, BombBytes = 64 << 20;

    /// <summary>Damages some model.</summary>
    /// <param name="number">Which damage.</param>
    /// <param name="oursOnly">Whether to leave out entries of ML.NET and the bytes of the zip.</param>
    public Damage Make(int number, bool oursOnly = false)
    {
        var random = new Random(HashOf(seed, number));
        var model = random.Next(models.Count);
        var archive = models[model].Archive;
        if (number % BombEvery == BombEvery - 1) return Bomb(random, model, archive);
        return random.Next(100) switch
        {
            < 50 => Content(random, model, archive, oursOnly || random.Next(8) > 0),
            < 65 => Entries(random, model, archive, oursOnly || random.Next(5) > 0),
            < 80 when !oursOnly => Zip(random, model, models[model].File),
            < 90 => Header(random, model, archive, isForged: false),
            < 95 => Header(random, model, archive, isForged: true),
            _ => Forge(random, model, archive),
        };
    }

    private static Damage Zip(Random random, int model, byte[] file)
    {
        var damaged = ByteDamage.Apply(file, random, out var what);
        return new Damage(model, DamageGroup.Zip, $"bytes of the zip: {what}", damaged);
    }

    private static Damage Content(Random random, int model, ModelArchive archive, bool ours)
    {
        var at = Pick(random, archive, ours);
        var content = ByteDamage.Apply(archive.Entries[at].Content, random, out var what);
        return Of(model, archive, at, what, archive.With(at, content));
    }

    private Damage Entries(Random random, int model, ModelArchive archive, bool ours)
    {
        int at = Pick(random, archive, ours), other = random.Next(archive.Entries.Count);
        var entry = archive.Entries[at];
        switch (random.Next(6))
        {
            case 0: return Of(model, archive, at, "removed", archive.Without(at));
            case 1: return Of(model, archive, at, "renamed", archive.With(at, entry with { Name = entry.Name + "x" }));
            case 2:
                var copied = archive.With(at, archive.Entries[other].Content);
                return Of(model, archive, at, $"content of {archive.Entries[other].Name}", copied);
            case 3:
                var second = entry with { Content = ByteDamage.Apply(entry.Content, random, out _) };
                return Of(model, archive, at, "twice, the second damaged", archive.Plus(second));
            case 4:
                var swapped = archive.With(at, archive.Entries[other].Content).With(other, entry.Content);
                return Of(model, archive, archive.IsOurs(entry.Name) ? at : other, "exchanged with another entry", swapped);
            default:
                var donor = random.Next(2) == 0 ? (model + models.Count / 2) % models.Count : random.Next(models.Count); // the twin, or any
                var name = Path.GetFileName(entry.Name);
                var same = models[donor].Archive.Entries.Where(candidate => Path.GetFileName(candidate.Name) == name).ToArray();
                if (same.Length == 0) return Of(model, archive, at, "removed", archive.Without(at));
                var foreign = archive.With(at, same[random.Next(same.Length)].Content);
                return Of(model, archive, at, $"of another model ({models[donor].Name})", foreign);
        }
    }

    private static Damage Header(Random random, int model, ModelArchive archive, bool isForged)
    {
        var networks = archive.Entries.Index().Where(entry => entry.Item.Name.EndsWith("/Network", StringComparison.Ordinal)).ToArray();
        var at = networks[random.Next(networks.Length)].Index;
        var edited = archive.With(at, NetworkHeader.Edit(archive.Entries[at].Content, random, out var what));
        return isForged
            ? new Damage(model, DamageGroup.Forged, what, edited.Resealed().Write())
            : Of(model, archive, at, $"{what}, network's checksum right", edited);
    }

    private static Damage Forge(Random random, int model, ModelArchive archive)
    {
        var at = Pick(random, archive, ours: true);
        var content = ByteDamage.Apply(archive.Entries[at].Content, random, out var what);
        return new Damage(model, DamageGroup.Forged, $"{archive.Entries[at].Name}: {what}", archive.With(at, content).Resealed().Write());
    }

    private static Damage Bomb(Random random, int model, ModelArchive archive)
    {
        var at = Pick(random, archive, ours: true);
        var bomb = archive.With(at, [.. archive.Entries[at].Content, .. new byte[BombBytes]]);
        return Of(model, archive, at, $"{BombBytes} zeros behind it", bomb);
    }

    private static Damage Of(int model, ModelArchive before, int entry, string what, ModelArchive after)
    {
        var name = before.Entries[entry].Name;
        return new Damage(model, before.IsOurs(name) ? DamageGroup.Ours : DamageGroup.Host, $"{name}: {what}", after.Write());
    }

    private static int Pick(Random random, ModelArchive archive, bool ours)
    {
        var candidates = Enumerable.Range(0, archive.Entries.Count).Where(i => archive.IsOurs(archive.Entries[i].Name) == ours).ToArray();
        return candidates[random.Next(candidates.Length)];
    }

    // HashCode.Combine differs from process to process.
    private static int HashOf(int seed, int number) => unchecked((seed * 486187739 + number) * 16777619);
}
