using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Reads the rows of a text that is not continued. Called on the engine thread; asked when the sequence has ended.</summary>
internal interface IRowReader
{
    /// <summary>What it wants of a chunk.</summary>
    /// <param name="position">Position of the chunk's first row in the text.</param>
    /// <param name="rows">Rows of the chunk.</param>
    WantedRows Wanted(int position, int rows);

    /// <summary>Takes the rows of a chunk. A text that lost its pages is read again from its beginning: rows taken before are skipped.</summary>
    /// <param name="output">The step's output.</param>
    /// <param name="firstRow">The chunk's first row in it.</param>
    /// <param name="rows">Rows of the chunk; 0 where none were wanted.</param>
    /// <param name="position">Position of the first row in the text.</param>
    void Take(StepOutput output, int firstRow, int rows, int position);
}
