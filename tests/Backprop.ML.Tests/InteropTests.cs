using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Backprop.ML.Tests;

/// <summary>The internals of ML.NET that we are compiled against exist in the ML.NET that is loaded: an update that moves one fails here, by name.</summary>
public class InteropTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly _ours = typeof(BackpropTrainer).Assembly;

    [Fact]
    public void Every_member_of_MLNET_that_we_use_exists()
    {
        var (checkedCount, missing) = Missing(_ours);
        Assert.Empty(missing);
        Assert.InRange(checkedCount, 100, 1000);
    }

    // The check must be able to fail.
    [Theory]
    [InlineData("SetVersionInfo", 1, true)]
    [InlineData("SetVersionInfo", 3, false)]
    [InlineData("NoSuchMethod", 0, false)]
    public void A_member_is_found_by_name_and_number_of_parameters(string name, int parameters, bool exists) =>
        Assert.Equal(exists, Exists(typeof(Microsoft.ML.ModelSaveContext), name, parameters));

    [Fact]
    public void Our_public_surface_shows_no_internal_of_MLNET()
    {
        var shown = _ours.GetExportedTypes().SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .SelectMany(TypesOf).SelectMany(WithArguments).Where(type => !type.IsGenericParameter && !type.IsVisible);
        Assert.Empty(shown);
    }

    private static (int Checked, List<string> Missing) Missing(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var missing = new List<string>();
        var count = 0;
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (TypeName(metadata, member.Parent) is not { } typeName || !typeName.StartsWith("Microsoft.ML.", StringComparison.Ordinal)) continue;
            count++;
            var name = metadata.GetString(member.Name);
            var type = assembly.GetReferencedAssemblies().Select(reference => Assembly.Load(reference).GetType(typeName)).FirstOrDefault(found => found is not null);
            var exists = type is not null && (member.GetKind() == MemberReferenceKind.Field
                ? type.GetField(name, Everything) is not null
                : Exists(type, name, member.DecodeMethodSignature(new Names(), null).ParameterTypes.Length));
            if (!exists) missing.Add($"{typeName}.{name}");
        }
        return (count, missing);
    }

    private static bool Exists(Type type, string name, int parameters) =>
        type.GetMembers(Everything).OfType<MethodBase>().Any(method => method.Name == name && method.GetParameters().Length == parameters);

    // The name of the type that a member stands in, without the arguments of a generic one.
    private static string? TypeName(MetadataReader metadata, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => new Names().GetTypeFromReference(metadata, (TypeReferenceHandle)parent, 0),
        HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(new Names(), null),
        _ => null,
    };

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        MethodBase method => method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType ?? typeof(void)),
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };

    private static IEnumerable<Type> WithArguments(Type type) => type.HasElementType
        ? WithArguments(type.GetElementType()!)
        : type.GenericTypeArguments.SelectMany(WithArguments).Prepend(type);

    /// <summary>Reads types in signatures as names.</summary>
    private sealed class Names : ISignatureTypeProvider<string, object?>
    {
        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            var name = reader.GetString(type.Name);
            return type.ResolutionScope.Kind == HandleKind.TypeReference
                ? $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}+{name}"
                : $"{reader.GetString(type.Namespace)}.{name}";
        }

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => "";

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => "";

        public string GetArrayType(string elementType, ArrayShape shape) => "";

        public string GetByReferenceType(string elementType) => "";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "";

        public string GetGenericMethodParameter(object? genericContext, int index) => "";

        public string GetGenericTypeParameter(object? genericContext, int index) => "";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => "";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";

        public string GetSZArrayType(string elementType) => "";
    }
}
