namespace Slerp.Engine;

/// <summary>How the KV cache keeps keys and values.</summary>
public enum KvFormat
{
    /// <summary><see cref="Float32"/> where most weights are kept in 32 bits, else <see cref="BFloat16"/>.</summary>
    AsWeights = 0,

    /// <summary>32-bit floats: exact, four bytes a value.</summary>
    Float32,

    /// <summary>bfloat16: two bytes a value, rounded to nearest even when stored.</summary>
    BFloat16,
}
