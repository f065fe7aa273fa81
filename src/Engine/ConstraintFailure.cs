namespace Slerp.Engine;

/// <summary>Why a schema or grammar could not constrain an answer.</summary>
public enum ConstraintFailure
{
    /// <summary>The schema is not a JSON schema: a keyword has a value the specification does not allow.</summary>
    InvalidSchema,

    /// <summary>The schema uses an assertion that constrained decoding cannot enforce exactly.</summary>
    UnsupportedKeyword,

    /// <summary>A limit on depth, size, alternatives or work was reached.</summary>
    LimitExceeded,

    /// <summary>No value satisfies the schema.</summary>
    Unsatisfiable,
}
