using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Pages as one tensor [slots, 2, key/value heads, head size]: a row's keys, then its values.</summary>
internal sealed class TorchKvStore(int pages, int kvHeads, int headSize, KvFormat format, torch.Tensor rows) : KvStore(pages, kvHeads, headSize, format)
{
    /// <summary>[slots, 2 · key/value heads · head size].</summary>
    public torch.Tensor Rows { get; } = rows;

    /// <inheritdoc />
    public override long PageBytes => 2L * PageRows * KvHeads * HeadSize * Rows.ElementSize;

    /// <summary>The element type of a format.</summary>
    public static torch.ScalarType TypeOf(KvFormat format) => format == KvFormat.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <inheritdoc />
    public override void Dispose() => Rows.Dispose();
}
