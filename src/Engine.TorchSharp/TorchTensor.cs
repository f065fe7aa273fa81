using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>A handle that owns the values last written to it, and what was derived from them. Values are 32-bit, or 16-bit where a product left them so.</summary>
/// <remarks>A verb that writes a destination gives it a new libtorch tensor: libtorch's allocator makes that cheaper than a copy into an old one.</remarks>
internal sealed class TorchTensor(torch.Device device) : Tensor, IDisposable
{
    private readonly torch.Tensor?[] _derived = new torch.Tensor?[Enum.GetValues<Form>().Length];
    private torch.Tensor? _value;

    /// <summary>The values as they are; unspecified where none were written.</summary>
    public torch.Tensor Value => _value ??= torch.empty(Rows, Columns, dtype: torch.ScalarType.Float32, device: device).DetachFromDisposeScope();

    /// <summary>The values in 32 bits. Not to be written to.</summary>
    public torch.Tensor Single => Value.dtype == torch.ScalarType.Float32
        ? Value
        : Derived(Form.Single, static value => value.to(torch.ScalarType.Float32));

    /// <summary>Begins anew, without values.</summary>
    public void Assign(int rows, int columns)
    {
        Dispose();
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Takes over a tensor of [rows, columns] that nobody else writes to.</summary>
    public void Set(torch.Tensor value)
    {
        Dispose();
        _value = value.DetachFromDisposeScope();
    }

    /// <summary>The values in 32 bits, to be changed in place: what was derived from them is forgotten.</summary>
    public torch.Tensor Change()
    {
        if (Value.dtype != torch.ScalarType.Float32)
        {
            Set(Value.to(torch.ScalarType.Float32));
        }

        Forget();
        return Value;
    }

    /// <summary>A form of the values, made when first asked for.</summary>
    public torch.Tensor Derived(Form form, Func<torch.Tensor, torch.Tensor> make) => _derived[(int)form] ??= make(Value).DetachFromDisposeScope();

    /// <inheritdoc />
    public void Dispose()
    {
        Forget();
        _value?.Dispose();
        _value = null;
    }

    private void Forget()
    {
        for (var index = 0; index < _derived.Length; index++)
        {
            _derived[index]?.Dispose();
            _derived[index] = null;
        }
    }
}
