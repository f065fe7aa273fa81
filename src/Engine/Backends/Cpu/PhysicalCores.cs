namespace Slerp.Engine.Backends.Cpu;

/// <summary>Counts cores rather than hardware threads: two threads of one core share its vector units and gain nothing here.</summary>
internal static class PhysicalCores
{
    /// <summary>Physical cores this process may use, at least 1; where the system does not tell, its logical processors.</summary>
    public static int Count()
    {
        var logical = Environment.ProcessorCount;
        const string root = "/sys/devices/system/cpu";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(root))
        {
            return logical;
        }

        var cores = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(root, "cpu*"))
        {
            var siblings = Path.Combine(folder, "topology", "thread_siblings_list");
            if (File.Exists(siblings))
            {
                cores.Add(File.ReadAllText(siblings).Trim());
            }
        }

        return cores.Count == 0 ? logical : Math.Min(logical, cores.Count);
    }
}
