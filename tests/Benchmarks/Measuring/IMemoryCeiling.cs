namespace Slerp.Benchmarks.Measuring;

/// <summary>What the hardware does at best, measured beside the product.</summary>
internal interface IMemoryCeiling : IDisposable
{
    /// <summary>One measurement: 10^9 bytes a second, or 10^12 operations.</summary>
    double Measure();
}
