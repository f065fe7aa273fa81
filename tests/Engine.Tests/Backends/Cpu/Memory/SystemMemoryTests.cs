using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Tests.Backends.Cpu.Memory;

/// <summary>What is free, read from the files of a machine, of containers of both versions, and of none.</summary>
public sealed class SystemMemoryTests
{
    private const long Gigabyte = 1L << 30;
    private static readonly DeviceMemory Otherwise = new(3 * Gigabyte, Gigabyte);

    private readonly Dictionary<string, string> _files = new()
    {
        ["/proc/meminfo"] = $"MemTotal:       {64 * Gigabyte / 1024} kB\nMemFree:        1000 kB\nMemAvailable:   {40 * Gigabyte / 1024} kB\n",
    };

    [Fact]
    public void Machine_TellsWhatItHas() => AssertIs(64 * Gigabyte, 40 * Gigabyte);

    [Fact]
    public void NoFiles_TheCollectorsFiguresStand()
    {
        _files.Clear();
        AssertIs(3 * Gigabyte, Gigabyte);
    }

    [Fact]
    public void Container_FilePagesThatCanBeGivenBack_AreFree()
    {
        // 16 GB, of which 14 were read from a checkpoint and 1 is the process's own.
        _files["/proc/self/cgroup"] = "0::/\n";
        _files["/sys/fs/cgroup/memory.max"] = $"{16 * Gigabyte}\n";
        _files["/sys/fs/cgroup/memory.current"] = $"{15 * Gigabyte}\n";
        _files["/sys/fs/cgroup/memory.stat"] = $"anon {Gigabyte}\nfile {14 * Gigabyte}\nactive_file 0\ninactive_file {14 * Gigabyte}\n";
        AssertIs(16 * Gigabyte, 15 * Gigabyte);
    }

    [Fact]
    public void ContainerWithoutLimit_HasTheMachines()
    {
        _files["/proc/self/cgroup"] = "0::/\n";
        _files["/sys/fs/cgroup/memory.max"] = "max\n";
        _files["/sys/fs/cgroup/memory.current"] = $"{15 * Gigabyte}\n";
        AssertIs(64 * Gigabyte, 40 * Gigabyte);
    }

    [Fact]
    public void ContainerOfTheFirstVersion_IsKeptWithinItsLimit()
    {
        _files["/proc/self/cgroup"] = "5:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n";
        _files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = $"{8 * Gigabyte}\n";
        _files["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = $"{5 * Gigabyte}\n";
        _files["/sys/fs/cgroup/memory/memory.stat"] = $"inactive_file 7\ntotal_inactive_file {3 * Gigabyte}\n";
        AssertIs(8 * Gigabyte, 6 * Gigabyte);
    }

    [Theory]
    [InlineData("4:memory:/slice/unit", "/sys/fs/cgroup/memory/slice{0}/memory.limit_in_bytes", "/sys/fs/cgroup/memory/slice{0}/memory.usage_in_bytes")]
    [InlineData("0::/slice/unit", "/sys/fs/cgroup/slice{0}/memory.max", "/sys/fs/cgroup/slice{0}/memory.current")]
    public void NestedGroups_TheTightestCounts(string membership, string limit, string used)
    {
        _files["/proc/self/cgroup"] = membership;
        foreach (var (path, most, taken) in new[] { ("/unit", 9 * Gigabyte, Gigabyte), ("", 8 * Gigabyte, 6 * Gigabyte) })
        {
            _files[string.Format(null, limit, path)] = $"{most}";
            _files[string.Format(null, used, path)] = $"{taken}";
        }

        AssertIs(8 * Gigabyte, 2 * Gigabyte);
    }

    [Theory]
    [InlineData("0::/../..")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void StrangeMembership_IsNoFault(string membership)
    {
        _files["/proc/self/cgroup"] = membership;
        AssertIs(64 * Gigabyte, 40 * Gigabyte);
    }

    [Fact]
    public void GroupThatUsesMoreThanItsLimit_HasNothingLeft()
    {
        _files["/sys/fs/cgroup/memory.max"] = $"{Gigabyte}";
        _files["/sys/fs/cgroup/memory.current"] = $"{2 * Gigabyte}";
        AssertIs(Gigabyte, 0);
    }

    [Fact]
    public void ThisMachine_HasSomething()
    {
        var memory = SystemMemory.Read();
        Assert.InRange(memory.AvailableBytes, 1, memory.TotalBytes);
    }

    private void AssertIs(long total, long available) =>
        Assert.Equal(new DeviceMemory(total, available), SystemMemory.Read(path => _files.GetValueOrDefault(path), Otherwise));
}
