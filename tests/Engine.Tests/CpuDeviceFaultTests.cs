namespace Slerp.Engine.Tests;

/// <summary>Faults around the CPU backend.</summary>
public sealed class CpuDeviceFaultTests : DeviceFaultConformance;
