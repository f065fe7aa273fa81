using System.Diagnostics;

namespace Slerp.Benchmarks.Measuring;

/// <summary>Memory of this process that lies in the machine's.</summary>
internal static class Resident
{
    /// <summary>Bytes now.</summary>
    public static long Bytes()
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        return process.WorkingSet64;
    }
}
