using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Every type and member of other assemblies that a compiled assembly names, looked up where they should be.</summary>
internal static class ReferencedMembers
{
    /// <summary>What is named, such as <c>TypeReference Microsoft.ML.Data.ModelSaveContext</c>, with the reason why it was not found, or
    /// null where it was.</summary>
    /// <param name="image">The assembly as a file.</param>
    /// <param name="assembly">The same assembly, loaded.</param>
    /// <param name="others">Simple names of the assemblies whose members are wanted.</param>
    public static List<(string Name, Exception? Problem)> LookUp(byte[] image, Assembly assembly, params string[] others)
    {
        using var file = new PEReader([.. image]);
        var metadata = file.GetMetadataReader();
        var found = new List<(string, Exception?)>();
        foreach (var type in metadata.TypeReferences)
        {
            if (Owner(metadata, type) is { } owner && others.Contains(owner)) found.Add(LookUp(assembly, Name(metadata, type), type));
        }
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (Declaring(metadata, member.Parent) is { } type && Owner(metadata, type) is { } owner && others.Contains(owner))
                found.Add(LookUp(assembly, $"{Name(metadata, type)}.{metadata.GetString(member.Name)}", handle));
        }
        return found;
    }

    private static (string, Exception?) LookUp(Assembly assembly, string name, EntityHandle handle)
    {
        try
        {
            // The runtime's own search: by name, and for members by the whole signature. What a generic type of ours names may depend on
            // its parameters.
            Type[] parameters = [typeof(object), typeof(object)];
            assembly.ManifestModule.ResolveMember(MetadataTokens.GetToken(handle), parameters, parameters);
            return (name, null);
        }
        // the last is what a missing field gives
        catch (Exception problem) when (problem is TypeLoadException or MissingMemberException or ArgumentException)
        {
            return (name, problem);
        }
    }

    // A generic type's members hang on an instance of it: its signature starts with GENERICINST (0x15), CLASS or VALUETYPE, and the type.
    private static TypeReferenceHandle? Declaring(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference) return (TypeReferenceHandle)parent;
        if (parent.Kind != HandleKind.TypeSpecification) return null;
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
        signature.ReadSignatureTypeCode();
        return signature.ReadTypeHandle() is { Kind: HandleKind.TypeReference } type ? (TypeReferenceHandle)type : null;
    }

    private static string? Owner(MetadataReader metadata, TypeReferenceHandle handle) =>
        metadata.GetTypeReference(handle).ResolutionScope switch
        {
            { Kind: HandleKind.TypeReference } outer => Owner(metadata, (TypeReferenceHandle)outer),
            { Kind: HandleKind.AssemblyReference } assembly =>
                metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)assembly).Name),
            _ => null,
        };

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{Name(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}";
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
