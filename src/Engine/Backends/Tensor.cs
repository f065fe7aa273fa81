namespace Slerp.Engine.Backends;

/// <summary>A handle to activations on a device: [rows, columns], row-major, 32-bit unless the backend says otherwise.</summary>
/// <remarks>
/// Made by <see cref="Workspace.Rent"/> (valid until the workspace's next <see cref="Workspace.Reset"/>) or by a load verb (valid until disposed).
/// Engine thread only.
/// </remarks>
internal abstract class Tensor
{
    /// <summary>Rows.</summary>
    public int Rows { get; protected set; }

    /// <summary>Columns.</summary>
    public int Columns { get; protected set; }
}
