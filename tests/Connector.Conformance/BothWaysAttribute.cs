using System.Reflection;
using Xunit.Sdk;

namespace Slerp.Connector.Conformance;

/// <summary>Runs a theory streaming and not: a rule holds both ways or not at all.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothWaysAttribute : DataAttribute
{
    /// <inheritdoc />
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[true], [false]];
}
