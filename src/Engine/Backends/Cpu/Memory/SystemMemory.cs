using System.Globalization;

namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>What the machine, or the container the process lives in, has and has left.</summary>
internal static class SystemMemory
{
    /// <summary>Reads the figures anew.</summary>
    public static DeviceMemory Read()
    {
        var collector = GC.GetGCMemoryInfo();
        var total = collector.TotalAvailableMemoryBytes;
        var available = ReadMemInfoAvailable() ?? Math.Max(0, total - collector.MemoryLoadBytes);
        if (ReadNumber("/sys/fs/cgroup/memory.max") is { } limit && ReadNumber("/sys/fs/cgroup/memory.current") is { } used)
        {
            total = Math.Min(total, limit);
            available = Math.Min(available, Math.Max(0, limit - used));
        }

        return new DeviceMemory(total, available);
    }

    private static long? ReadMemInfoAvailable()
    {
        const string path = "/proc/meminfo";
        if (!File.Exists(path))
        {
            return null;
        }

        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes)
                    ? kilobytes * 1024
                    : null;
            }
        }

        return null;
    }

    private static long? ReadNumber(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
