using System.Reflection;
using System.Text;

namespace Slerp.Tests.Shared;

/// <summary>Writes the public types and members of an assembly, one a line, and compares them with an approved text.</summary>
internal static class ApprovedSurface
{
    /// <summary>Fails where the surface differs from docs/surface/NAME.txt; writes what was found beside the test assembly.</summary>
    public static void Check(Assembly assembly, string name)
    {
        var approvedFile = Path.Combine(RepositoryRoot.Path, "docs", "surface", name + ".txt");
        var received = Describe(assembly);
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        if (received != approved)
        {
            var receivedFile = Path.Combine(AppContext.BaseDirectory, name + ".received.txt");
            File.WriteAllText(receivedFile, received);
            var added = received.Split('\n').Except(approved.Split('\n')).Select(static line => "+ " + line);
            var removed = approved.Split('\n').Except(received.Split('\n')).Select(static line => "- " + line);
            Assert.Fail(
                $"The public surface of {name} differs from docs/surface/{name}.txt. If this is meant, copy {receivedFile} over it."
                + Environment.NewLine + string.Join(Environment.NewLine, added.Concat(removed)));
        }
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(IsWritten).OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append('\n');
            foreach (var line in Members(type).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsWritten(Type type) =>
        type.GetCustomAttributesData().All(static data => data.AttributeType.Name != "CompilerGeneratedAttribute");

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}");
        }

        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var constructors = type.GetConstructors(Declared).Where(static member => IsVisible(member))
            .Select(member => $"new({Parameters(member)})");
        var methods = type.GetMethods(Declared).Where(static member => IsVisible(member) && !member.IsSpecialName && !IsRecordPlumbing(member))
            .Select(member => $"{(member.IsStatic ? "static " : "")}{Name(member.ReturnType)} {member.Name}{Generics(member)}({Parameters(member)})");
        var properties = type.GetProperties(Declared)
            .Where(static member => (member.GetMethod ?? member.SetMethod) is { } accessor && IsVisible(accessor) && member.Name != "EqualityContract")
            .Select(member => $"{Name(member.PropertyType)} {member.Name} {{ get;{Setter(member)} }}");
        var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(member => $"{(member.IsLiteral ? "const " : "")}{Name(member.FieldType)} {member.Name}");
        return constructors.Concat(methods).Concat(properties).Concat(fields);
    }

    private static string Setter(PropertyInfo property) => property.SetMethod is not { IsPublic: true } setter
        ? ""
        : setter.ReturnParameter.GetRequiredCustomModifiers().Any(static modifier => modifier.Name == "IsExternalInit") ? " init;" : " set;";

    private static bool IsVisible(MethodBase member) => member.IsPublic || member.IsFamily || member.IsFamilyOrAssembly;

    private static bool IsRecordPlumbing(MethodInfo method) =>
        method.Name is "Equals" or "GetHashCode" or "ToString" or "PrintMembers" or "<Clone>$" or "Deconstruct";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? "<" + string.Join(", ", method.GetGenericArguments().Select(Name)) + ">" : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(static parameter => $"{Name(parameter.ParameterType)} {parameter.Name}"));

    private static string Name(Type type)
    {
        if (type.IsGenericType)
        {
            var bare = type.Name.Contains('`', StringComparison.Ordinal) ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] : type.Name;
            return bare + "<" + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">";
        }

        return type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
    }
}
