using System.Collections.Immutable;

namespace Slerp.Engine.Checkpoints;

/// <summary>One tensor of a safetensors header, already checked against the file.</summary>
/// <param name="Name">The name; any text, never a path.</param>
/// <param name="DType">The element format.</param>
/// <param name="Shape">The dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">The first byte, counted from the start of the file.</param>
/// <param name="ByteLength">The number of bytes.</param>
internal sealed record TensorEntry(string Name, TensorDType DType, ImmutableArray<long> Shape, long Offset, long ByteLength);
