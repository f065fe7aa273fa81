namespace Slerp.Engine.Tests;

/// <summary>Adapters on the CPU backend.</summary>
public sealed class CpuAdapterTests : AdapterConformance;
