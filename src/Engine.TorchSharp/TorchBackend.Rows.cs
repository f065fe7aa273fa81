using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>What is done row by row.</content>
internal sealed partial class TorchBackend
{
    /// <inheritdoc />
    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        var target = Expect.Own(destination);
        Expect.That(
            source.Length == (long)target.Rows * target.Columns, nameof(Upload),
            $"{source.Length} values were given for a tensor of [{target.Rows}, {target.Columns}].");
        using var scope = torch.NewDisposeScope();
        try
        {
            target.Set(_host.Upload(source, torch.ScalarType.Float32, target.Rows, target.Columns));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Upload), failure);
        }
    }

    /// <inheritdoc />
    public void Download(Tensor source, int row, Span<float> destination)
    {
        Expect.That((uint)row < (uint)source.Rows, nameof(Download), $"row {row} of a tensor with {source.Rows} rows was asked for.");
        Expect.That(destination.Length >= source.Columns, nameof(Download), $"{source.Columns} values do not fit into {destination.Length}.");
        using var scope = torch.NewDisposeScope();
        try
        {
            HostTransfer.Download(Expect.Own(source).Value.narrow(0, row, 1).to(torch.ScalarType.Float32), destination);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Download), failure);
        }
    }

    /// <inheritdoc />
    /// <remarks>Formula: y = x / hypot(|x|, √(n · eps)) ⊙ (w √n), n columns: four calls.</remarks>
    public void RmsNorm(Tensor x, Tensor weight, float eps, Tensor destination)
    {
        var source = Expect.Own(x);
        var weights = Expect.Shaped(nameof(RmsNorm), nameof(weight), weight, 1, x.Columns);
        var target = Expect.Shaped(nameof(RmsNorm), nameof(destination), destination, x.Rows, x.Columns);
        using var scope = torch.NewDisposeScope();
        try
        {
            var values = source.Single;
            var length = values.norm(1, keepdim: true).hypot(_constants.NormFloor(x.Columns, eps));
            target.Set(values.div(length).mul_(Scaled(weights)));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(RmsNorm), failure);
        }
    }

    /// <inheritdoc />
    public void NormHeads(Tensor qkv, int firstHead, int count, int headSize, Tensor weight, float eps)
    {
        var target = Expect.Own(qkv);
        var weights = Expect.Shaped(nameof(NormHeads), nameof(weight), weight, 1, headSize);
        Expect.That(
            firstHead >= 0 && count >= 0 && headSize > 0 && (firstHead + (long)count) * headSize <= qkv.Columns, nameof(NormHeads),
            $"heads [{firstHead}, {firstHead + count}) of width {headSize} do not lie in {qkv.Columns} columns.");
        using var scope = torch.NewDisposeScope();
        try
        {
            var heads = target.Change().narrow(1, (long)firstHead * headSize, (long)count * headSize).view(qkv.Rows, count, headSize);
            var lengths = heads.norm(2, keepdim: true).hypot(_constants.NormFloor(headSize, eps));
            heads.div_(lengths).mul_(Scaled(weights));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(NormHeads), failure);
        }
    }

    /// <inheritdoc />
    /// <remarks>Formula: y = x ⊙ [c, c] + swap(x) ⊙ [-s, s], swap exchanging the halves of a head.</remarks>
    public void Rotate(Tensor qkv, HeadShape heads, Tensor cosSin)
    {
        Expect.That(heads.HeadSize % 2 == 0, nameof(Rotate), $"head size {heads.HeadSize} is odd.");
        var target = Expect.Shaped(nameof(Rotate), nameof(qkv), qkv, qkv.Rows, heads.Columns);
        var angles = Expect.Shaped(nameof(Rotate), nameof(cosSin), cosSin, qkv.Rows, heads.HeadSize);
        using var scope = torch.NewDisposeScope();
        try
        {
            var half = heads.HeadSize / 2;
            var cosines = angles.Derived(Form.Cosines, values => TwoHalves(values.narrow(1, 0, half), values.narrow(1, 0, half)));
            var sines = angles.Derived(Form.SignedSines, values => TwoHalves(values.narrow(1, half, half).neg(), values.narrow(1, half, half)));
            var rotated = target.Change().narrow(1, 0, heads.QueryColumns + heads.KvColumns).view(qkv.Rows, heads.Heads + heads.KvHeads, heads.HeadSize);
            var swapped = rotated.roll(half, 2);
            rotated.mul_(cosines).addcmul_(swapped, sines, Scalars.One);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Rotate), failure);
        }
    }

    /// <inheritdoc />
    public void Gather(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        var from = Expect.Own(source);
        var target = Expect.Shaped(nameof(Gather), nameof(destination), destination, rows.Length, source.Columns);
        Expect.Within(nameof(Gather), "row", rows, source.Rows);
        using var scope = torch.NewDisposeScope();
        try
        {
            target.Set(from.Value.index_select(0, _host.Indices(rows)));
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Gather), failure);
        }
    }

    private static torch.Tensor TwoHalves(torch.Tensor first, torch.Tensor second) => torch.cat([first, second], 1).unsqueeze(1);

    private static torch.Tensor Scaled(TorchTensor weights) =>
        weights.Derived(Form.ScaledWeights, static values => values.to(torch.ScalarType.Float32).mul(Math.Sqrt(values.shape[1])));
}
