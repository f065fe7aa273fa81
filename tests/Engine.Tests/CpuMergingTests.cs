namespace Slerp.Engine.Tests;

/// <summary>Merging on the CPU backend.</summary>
public sealed class CpuMergingTests : MergingConformance;
