namespace Slerp.Connector.Resilience;

/// <summary>A client as its circuits tell of it.</summary>
/// <param name="ModelId">The name its model goes by.</param>
/// <param name="Key">The key it is registered under; empty for none.</param>
internal sealed record CircuitClient(string ModelId, string Key);
