using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>Pages in native memory, laid out as attention's kernels read them.</summary>
internal sealed class CpuKvStore(int pages, int kvHeads, int headSize, KvFormat format, KvLayout layout, NativeBlock memory)
    : KvStore(pages, kvHeads, headSize, format)
{
    /// <summary>Where things lie.</summary>
    public KvLayout Layout { get; } = layout;

    /// <inheritdoc />
    public override long PageBytes => Layout.PageBytes;

    /// <inheritdoc />
    public override void Dispose() => memory.Dispose();
}
