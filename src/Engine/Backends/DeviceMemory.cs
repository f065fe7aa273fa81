namespace Slerp.Engine.Backends;

/// <summary>Memory figures of a device, for admission before allocation.</summary>
/// <param name="TotalBytes">What the device has.</param>
/// <param name="AvailableBytes">What is free now, as the system tells it.</param>
internal readonly record struct DeviceMemory(long TotalBytes, long AvailableBytes);
