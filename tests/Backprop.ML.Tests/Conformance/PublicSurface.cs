using System.Reflection;

namespace Backprop.ML.Tests.Conformance;

/// <summary>What users of a type can see.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The types that a type shows to its users but that they cannot use: in its bases, and in its public and protected
    /// members.</summary>
    public static IEnumerable<string> Invisible(Type type) =>
        from shown in Bases(type).Concat(type.GetMembers(Declared).SelectMany(Shown))
        from part in Parts(shown.Type)
        where !part.IsGenericParameter && !part.IsVisible
        select $"{type.Name}.{shown.Member} shows {part.Name}";

    private static IEnumerable<(string Member, Type Type)> Bases(Type type)
    {
        for (var b = type.BaseType; b is not null; b = b.BaseType) yield return (type.Name, b);
    }

    private static IEnumerable<(string Member, Type Type)> Shown(MemberInfo member) => member switch
    {
        MethodInfo method when IsShown(method) =>
            method.GetParameters().Append(method.ReturnParameter).Select(parameter => (method.Name, parameter.ParameterType)),
        ConstructorInfo constructor when IsShown(constructor) =>
            constructor.GetParameters().Select(parameter => (constructor.Name, parameter.ParameterType)),
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly => [(field.Name, field.FieldType)],
        _ => [], // properties and events show what their methods show
    };

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.GetGenericArguments().SelectMany(Parts).Prepend(type);
}
