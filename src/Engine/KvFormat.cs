namespace Slerp.Engine;

/// <summary>How the KV cache keeps keys and values.</summary>
public enum KvFormat
{
    /// <summary>32-bit floats: exact, four bytes a value.</summary>
    Float32 = 0,

    /// <summary>bfloat16: two bytes a value, rounded to nearest even when stored.</summary>
    BFloat16,
}
