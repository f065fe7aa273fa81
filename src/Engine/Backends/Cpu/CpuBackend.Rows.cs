using Slerp.Engine.Backends.Cpu.Jobs;

namespace Slerp.Engine.Backends.Cpu;

/// <content>What is done row by row.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc />
    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        var target = Of(destination);
        Require(
            source.Length == (long)target.Rows * target.Columns, nameof(Upload),
            $"{source.Length} values were given for a tensor of [{target.Rows}, {target.Columns}].");
        for (var row = 0; row < target.Rows; row++)
        {
            source.Slice(row * target.Columns, target.Columns).CopyTo(target.Row(row));
        }
    }

    /// <inheritdoc />
    public void Download(Tensor source, int row, Span<float> destination)
    {
        Require((uint)row < (uint)source.Rows, nameof(Download), $"row {row} of a tensor with {source.Rows} rows was asked for.");
        Require(destination.Length >= source.Columns, nameof(Download), $"{source.Columns} values do not fit into {destination.Length}.");
        Of(source).Row(row).CopyTo(destination);
    }

    /// <inheritdoc />
    public void RmsNorm(Tensor x, Tensor weight, float eps, Tensor destination)
    {
        RequireShape(nameof(RmsNorm), nameof(weight), weight, 1, x.Columns);
        RequireShape(nameof(RmsNorm), nameof(destination), destination, x.Rows, x.Columns);
        RunRows(new NormAction(Of(x), Of(weight), eps, Of(destination)), x.Rows, x.Columns);
    }

    /// <inheritdoc />
    public void NormHeads(Tensor qkv, int firstHead, int count, int headSize, Tensor weight, float eps)
    {
        RequireShape(nameof(NormHeads), nameof(weight), weight, 1, headSize);
        Require(
            firstHead >= 0 && count >= 0 && headSize > 0 && (firstHead + (long)count) * headSize <= qkv.Columns, nameof(NormHeads),
            $"heads [{firstHead}, {firstHead + count}) of width {headSize} do not lie in {qkv.Columns} columns.");
        RunRows(new NormHeadsAction(Of(qkv), firstHead, count, headSize, Of(weight), eps), qkv.Rows, count * (long)headSize);
    }

    /// <inheritdoc />
    public void Rotate(Tensor qkv, HeadShape heads, Tensor cosSin)
    {
        Require(heads.HeadSize % 2 == 0, nameof(Rotate), $"head size {heads.HeadSize} is odd.");
        RequireShape(nameof(Rotate), nameof(qkv), qkv, qkv.Rows, heads.Columns);
        RequireShape(nameof(Rotate), nameof(cosSin), cosSin, qkv.Rows, heads.HeadSize);
        RunRows(new RotateAction(Of(qkv), heads, Of(cosSin)), qkv.Rows, heads.QueryColumns + heads.KvColumns);
    }

    /// <inheritdoc />
    public void Gather(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        RequireShape(nameof(Gather), nameof(destination), destination, rows.Length, source.Columns);
        foreach (var row in rows)
        {
            Require((uint)row < (uint)source.Rows, nameof(Gather), $"row {row} of a tensor with {source.Rows} rows was asked for.");
        }

        var from = Of(source);
        var to = Of(destination);
        for (var index = 0; index < rows.Length; index++)
        {
            from.Row(rows[index]).CopyTo(to.Row(index));
        }
    }
}
