namespace Slerp.Engine.Tests.Drafting;

/// <summary>The law on the CPU backend.</summary>
public sealed class CpuDrafterTests : DrafterConformance;
