namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How many rows a panel meets at once.</summary>
internal static class PanelBlock
{
    /// <summary>Measured: enough that weights are seldom read again, few enough that activations stay in the second cache.</summary>
    public const int Rows = 192;

    /// <summary>Most rows of any kernel.</summary>
    public const int MostRows = 512;
}
