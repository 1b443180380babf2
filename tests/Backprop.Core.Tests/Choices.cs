namespace Backprop.Core.Tests;

/// <summary>The lists of choices (<c>Activation.All</c>, …) drive the contract tests, so a type that is missing from its list would go
/// untested.</summary>
internal static class Choices
{
    /// <summary>Fails with the name of a concrete type that is not in <paramref name="listed"/>.</summary>
    public static void AssertListed<T>(IEnumerable<T> listed) where T : notnull =>
        AssertListed<T>(listed.Select(choice => choice.GetType()));

    /// <summary>Fails with the name of a concrete type that is not in <paramref name="listed"/>, or is in it twice.</summary>
    public static void AssertListed<T>(IEnumerable<Type> listed)
    {
        var existing = typeof(T).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(T)) && !type.IsAbstract).ToList();
        Assert.NotEmpty(existing);
        foreach (var type in existing)
            Assert.True(listed.Count(other => other == type) == 1, $"{type.Name} must stand once in the list of {typeof(T).Name}.");
    }
}
