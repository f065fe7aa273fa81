using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Benchmarks.Measuring;

/// <summary>How fast a number of threads can read memory in sequence: what a decode step cannot beat.</summary>
/// <remarks>Each thread sums its own contiguous part of the block once. Two loops, plain and with software prefetch: the faster one counts. Units: 10^9 bytes a second.</remarks>
internal sealed unsafe class StreamingCeiling : IMemoryCeiling
{
    private const int PrefetchBytes = 8192;
    private const int Stride = 512;

    private readonly NativeBlock _block;
    private readonly int _threads;
    private readonly long _part;
    private long _sink;

    /// <summary>Takes and touches a block.</summary>
    public StreamingCeiling(int threads, long bytes = 1L << 30)
    {
        _threads = threads;
        _part = bytes / threads / Stride * Stride;
        _block = new NativeBlock(_part * threads);
        NativeMemory.Fill(_block.Pointer, (nuint)(_part * threads), 1);
        Measure();
    }

    /// <summary>One measurement.</summary>
    public double Measure() => Math.Max(Pass(prefetches: false), Pass(prefetches: true));

    /// <inheritdoc />
    public void Dispose() => _block.Dispose();

    private double Pass(bool prefetches)
    {
        using var start = new Barrier(_threads + 1);
        var threads = new Thread[_threads];
        for (var index = 0; index < _threads; index++)
        {
            var from = _block.Pointer + (index * _part);
            threads[index] = new Thread(() =>
            {
                start.SignalAndWait();
                Interlocked.Add(ref _sink, prefetches && Sse.IsSupported ? SumAhead(from, _part) : Sum(from, _part));
            });
            threads[index].Start();
        }

        start.SignalAndWait();
        var began = Stopwatch.GetTimestamp();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        return _part * _threads / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum(byte* from, long bytes)
    {
        Vector512<long> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (long at = 0; at < bytes; at += Stride)
        {
            var next = (long*)(from + at);
            a += Vector512.Load(next);
            b += Vector512.Load(next + 8);
            c += Vector512.Load(next + 16);
            d += Vector512.Load(next + 24);
            e += Vector512.Load(next + 32);
            f += Vector512.Load(next + 40);
            g += Vector512.Load(next + 48);
            h += Vector512.Load(next + 56);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long SumAhead(byte* from, long bytes)
    {
        Vector512<long> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (long at = 0; at < bytes; at += Stride)
        {
            var next = (long*)(from + at);
            for (var line = 0; line < Stride; line += 64)
            {
                Sse.Prefetch0(from + at + PrefetchBytes + line);
            }

            a += Vector512.Load(next);
            b += Vector512.Load(next + 8);
            c += Vector512.Load(next + 16);
            d += Vector512.Load(next + 24);
            e += Vector512.Load(next + 32);
            f += Vector512.Load(next + 40);
            g += Vector512.Load(next + 48);
            h += Vector512.Load(next + 56);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }
}
