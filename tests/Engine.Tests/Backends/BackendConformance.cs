using Slerp.Engine.Backends;

namespace Slerp.Engine.Tests.Backends;

/// <summary>What every backend must do: each verb against the Reference kernels, over shapes that hurt.</summary>
/// <remarks>Split over files by family of verbs. A backend derives and says how it is made.</remarks>
public abstract partial class BackendConformance : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private IComputeBackend? _backend;
    private Workspace? _workspace;

    private protected IComputeBackend Backend => _backend ??= Own(Create());

    private protected Workspace Workspace => _workspace ??= Own(Backend.CreateWorkspace());

    /// <summary>Largest difference from the reference, relative to the largest value of the row (or 1).</summary>
    private protected virtual double Tolerance => 2e-5;

    /// <summary>The same for what is multiplied with a format, where it differs.</summary>
    private protected virtual double ToleranceOf(WeightFormat format) => Tolerance;

    /// <summary>The same for attention over rows kept in a format.</summary>
    private protected virtual double ToleranceOf(KvFormat format) => Tolerance;

    private protected abstract IComputeBackend Create();

    public void Dispose()
    {
        for (var index = _owned.Count - 1; index >= 0; index--)
        {
            _owned[index].Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private protected T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    private protected Tensor Upload(float[] values, int rows, int columns)
    {
        var tensor = Workspace.Rent(rows, columns);
        Backend.Upload(values, tensor);
        return tensor;
    }

    private protected float[] Download(Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        for (var row = 0; row < tensor.Rows; row++)
        {
            Backend.Download(tensor, row, values.AsSpan(row * tensor.Columns, tensor.Columns));
        }

        return values;
    }

    private protected void AssertClose(float[] expected, Tensor actual, double? tolerance = null)
    {
        var values = Download(actual);
        Assert.Equal(expected.Length, values.Length);
        var scale = expected.Length == 0 ? 1 : Math.Max(1, expected.Max(Math.Abs));
        for (var index = 0; index < expected.Length; index++)
        {
            Assert.True(
                Math.Abs(expected[index] - values[index]) <= (tolerance ?? Tolerance) * scale,
                $"Value {index} of {values.Length} is {values[index]:G9}; expected {expected[index]:G9} within {tolerance ?? Tolerance} of {scale}.");
        }
    }
}
