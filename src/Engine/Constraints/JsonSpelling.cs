namespace Slerp.Engine.Constraints;

/// <summary>Which of the many texts of one JSON value the automaton lets through.</summary>
internal enum JsonSpelling
{
    /// <summary>What readers of an answer expect: no exponents, whole numbers without a fraction, whitespace as a pretty printer writes it.</summary>
    Plain,

    /// <summary>Every text the JSON grammar allows (whitespace runs are still bounded).</summary>
    Every,
}
