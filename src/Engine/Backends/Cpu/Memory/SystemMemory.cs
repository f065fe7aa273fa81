using System.Globalization;

namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>What the machine, or the container the process lives in, has and has left.</summary>
/// <remarks>
/// <para>Formula: available = min(MemAvailable, limit - (used - inactive file pages)) over every control group from the process's own to the root. Pages
/// of files are counted as used by the group, but given back when asked for: a checkpoint that was read fills the group with them.</para>
/// <para>The collector's own limit is no limit of weights, which are not its: its figures stand in only where the system tells none.</para>
/// </remarks>
internal static class SystemMemory
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>Reads the figures anew.</summary>
    public static DeviceMemory Read()
    {
        var collector = GC.GetGCMemoryInfo();
        var total = collector.TotalAvailableMemoryBytes;
        return Read(TextOf, new DeviceMemory(total, Math.Max(0, total - collector.MemoryLoadBytes)));
    }

    /// <summary>Reads the figures from the system's files.</summary>
    /// <param name="textOf">The text of a file; null where there is none.</param>
    /// <param name="otherwise">The figures where the system has no such files.</param>
    public static DeviceMemory Read(Func<string, string?> textOf, DeviceMemory otherwise)
    {
        var machine = textOf("/proc/meminfo");
        var total = FigureOf(machine, "MemTotal:") * 1024 ?? otherwise.TotalBytes;
        var available = FigureOf(machine, "MemAvailable:") * 1024 ?? otherwise.AvailableBytes;
        foreach (var group in GroupsOf(textOf("/proc/self/cgroup") ?? "0::/"))
        {
            if (NumberIn(textOf(group.Limit)) is { } limit && NumberIn(textOf(group.Used)) is { } used)
            {
                var reclaimable = FigureOf(textOf(group.Statistics), group.InactiveFile) ?? 0;
                total = Math.Min(total, limit);
                available = Math.Min(available, Math.Max(0, limit - Math.Max(0, used - reclaimable)));
            }
        }

        return new DeviceMemory(total, available);
    }

    // Lines of "number:controllers:path". The second version has no controllers; in a container its path may be the host's, of which only the root is mounted.
    private static IEnumerable<MemoryGroup> GroupsOf(string membership)
    {
        foreach (var line in membership.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3 || (parts[1].Length > 0 && !parts[1].Split(',').Contains("memory")))
            {
                continue;
            }

            var isFirst = parts[1].Length > 0;
            foreach (var path in PathsOf(parts[2]))
            {
                yield return isFirst
                    ? new MemoryGroup($"{Groups}/memory{path}/memory.limit_in_bytes", $"{Groups}/memory{path}/memory.usage_in_bytes", $"{Groups}/memory{path}/memory.stat", "total_inactive_file ")
                    : new MemoryGroup($"{Groups}{path}/memory.max", $"{Groups}{path}/memory.current", $"{Groups}{path}/memory.stat", "inactive_file ");
            }
        }
    }

    private static IEnumerable<string> PathsOf(string path)
    {
        // A path outside of the mounted root says nothing of what is in it.
        var own = path.Contains("..", StringComparison.Ordinal) ? "" : path.Trim().TrimEnd('/');
        for (; own.Length > 0; own = own[..own.LastIndexOf('/')])
        {
            yield return own;
        }

        yield return "";
    }

    // The number after a name at the start of a line.
    private static long? FigureOf(string? text, string name)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                var rest = line[name.Length..].Trim();
                var end = rest.IndexOf(' ');
                return NumberIn(end < 0 ? rest : rest[..end]);
            }
        }

        return null;
    }

    // "max" is no number: no limit.
    private static long? NumberIn(ReadOnlySpan<char> text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? TextOf(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A group may be gone, or not be shown: then it tells no figure.
            return null;
        }
    }

    private sealed record MemoryGroup(string Limit, string Used, string Statistics, string InactiveFile);
}
