using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Tests.Backends.Cpu.Memory;

/// <summary>Memory that the system refuses is a typed error, and what comes after it finds no stale block.</summary>
public sealed unsafe class RefusedMemoryTests
{
    // More than a process can address.
    private const long TooMuch = 1L << 55;

    [Fact]
    public void NativeBlock_Disposed_HasNoBytes()
    {
        foreach (var bytes in new[] { 100L, 5L << 20 })
        {
            var block = new NativeBlock(bytes);
            Assert.Equal(bytes, block.Bytes);
            block.Dispose();
            block.Dispose();
            Assert.Equal(0, block.Bytes);
            Assert.True(block.Pointer is null);
        }
    }

    [Fact]
    public void WorkerScratch_AfterARefusal_GivesMemoryAgain()
    {
        using var scratch = new WorkerScratch(2);
        scratch.Reserve(100);
        Assert.Throws<DeviceException>(() => scratch.Reserve(TooMuch));
        scratch.Reserve(1000);
        Assert.True(scratch.Pointer is not null);
        for (var worker = 0; worker < 2; worker++)
        {
            new Span<byte>(scratch.Of(worker), 1000).Fill(1);
        }
    }
}
