using System.Reflection;

namespace Backprop.Persistence;

/// <summary>
/// Converts custom types to names in a file, as <c>Namespace.Type, Assembly</c>, and back.
/// </summary>
/// <remarks>The name of the assembly has no version, so that a model can still be loaded after the next release of the user's
/// program.</remarks>
internal static class OwnType
{
    private const string Separator = ", ";

    /// <summary>
    /// Whether a text has the form of such a name. Names of generic types contain names of other types, so they are excluded.
    /// </summary>
    public static bool IsName(string text) => text.IndexOf(Separator, StringComparison.Ordinal) is var end && end > 0
        && IsPlain(text[..end]) && IsPlain(text[(end + Separator.Length)..]);

    /// <summary>The name of a type.</summary>
    /// <exception cref="NotSupportedException">The type is generic, or the name of its assembly cannot be written to a file.</exception>
    public static string NameOf(Type type)
    {
        var name = $"{type.FullName}{Separator}{type.Assembly.GetName().Name}";
        return !type.IsGenericType && IsName(name) ? name : throw new NotSupportedException($"No file can name the type {type}.");
    }

    /// <summary>
    /// The type of a name, if it is a concrete one derived from <paramref name="contract"/>, in an assembly that is loaded
    /// or can be found by its name; otherwise null.
    /// </summary>
    /// <remarks>No code of the type runs here: only its metadata is read.</remarks>
    public static Type? Find(string name, Type contract)
    {
        var end = name.IndexOf(Separator, StringComparison.Ordinal);
        string typeName = name[..end], assemblyName = name[(end + Separator.Length)..];
        var loaded = AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => string.Equals(assembly.GetName().Name, assemblyName, StringComparison.Ordinal)).ToList();
        if (loaded.Count == 0 && Load(assemblyName) is { } found) loaded.Add(found);
        return loaded.Select(assembly => assembly.GetType(typeName)).FirstOrDefault(
            type => type is { IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableTo(contract));
    }

    private static Assembly? Load(string assemblyName)
    {
        try
        {
            return Assembly.Load(new AssemblyName { Name = assemblyName });
        }
        catch (Exception problem) when (problem is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    // '+' precedes the name of a nested type.
    private static bool IsPlain(string part) => part.Length > 0 && part.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '+');
}
