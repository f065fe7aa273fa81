namespace Slerp.Engine.Tokenizers.Import;

/// <summary>What a <c>tokenizer.model</c> file says, as far as encoding needs it.</summary>
/// <remarks>Field numbers from sentencepiece_model.proto of the SentencePiece project.</remarks>
internal sealed class SentencePieceFile
{
    private const int BytePairModel = 2;

    private readonly string fileName;
    private long modelType = 1;
    private bool suffixesWhiteSpace;
    private bool escapesWhiteSpace = true;
    private bool hasCharacterMap;
    private string normalizerName = "";

    /// <summary>Reads and checks a file.</summary>
    public SentencePieceFile(ReadOnlySpan<byte> bytes, string fileName)
    {
        this.fileName = fileName;
        var reader = new ProtobufReader(bytes, fileName);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    Pieces.Add(ReadPiece(reader.ReadBytes()));
                    break;
                case 2:
                    ReadTrainer(reader.ReadBytes());
                    break;
                case 3:
                    ReadNormalizer(reader.ReadBytes());
                    break;
                case 5:
                    ReadDenormalizer(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Check();
    }

    /// <summary>The vocabulary in id order.</summary>
    public List<SentencePiece> Pieces { get; } = [];

    /// <summary>Whether unknown characters become byte pieces.</summary>
    public bool ByteFallback { get; private set; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddsDummyPrefix { get; private set; } = true;

    /// <summary>Whether runs of spaces become one and spaces at the ends go.</summary>
    public bool RemovesExtraSpaces { get; private set; } = true;

    /// <summary>The id of the beginning-of-sequence piece, negative for none.</summary>
    public long BeginningId { get; private set; } = 1;

    private SentencePiece ReadPiece(ReadOnlySpan<byte> message)
    {
        var piece = new SentencePiece("", 0, SentencePieceKind.Normal);
        var reader = new ProtobufReader(message, fileName);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    piece = piece with { Text = reader.ReadText() };
                    break;
                case 2:
                    piece = piece with { Score = reader.ReadFloat() };
                    break;
                case 3:
                    piece = piece with { Kind = (SentencePieceKind)reader.ReadInteger() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var isBad = float.IsNaN(piece.Score) || !Enum.IsDefined(piece.Kind) || piece.Kind == SentencePieceKind.Unused;
        return !isBad ? piece : throw new CheckpointException(
            fileName, $"piece {Pieces.Count} ('{Vocabulary.Shorten(piece.Text)}'): type {(int)piece.Kind} with score {piece.Score} is not supported.");
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message, fileName);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 3:
                    modelType = reader.ReadInteger();
                    break;
                case 24:
                    suffixesWhiteSpace = reader.ReadFlag();
                    break;
                case 35:
                    ByteFallback = reader.ReadFlag();
                    break;
                case 41:
                    BeginningId = (int)reader.ReadInteger();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message, fileName);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    normalizerName = reader.ReadText();
                    break;
                case 2:
                    hasCharacterMap = reader.ReadBytes().Length > 0;
                    break;
                case 3:
                    AddsDummyPrefix = reader.ReadFlag();
                    break;
                case 4:
                    RemovesExtraSpaces = reader.ReadFlag();
                    break;
                case 5:
                    escapesWhiteSpace = reader.ReadFlag();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadDenormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message, fileName);
        while (reader.MoveNext())
        {
            hasCharacterMap |= reader.Field == 2 && reader.ReadBytes().Length > 0;
            if (reader.Field != 2)
            {
                reader.Skip();
            }
        }
    }

    private void Check()
    {
        if (Pieces.Count == 0)
        {
            throw new CheckpointException(fileName, "no pieces. Expected a SentencePiece model.");
        }

        if (modelType != BytePairModel)
        {
            throw new CheckpointException(fileName, $"trainer_spec.model_type {modelType} is not supported; expected {BytePairModel} (BPE).");
        }

        if (hasCharacterMap)
        {
            throw new CheckpointException(
                fileName, $"normalizer_spec: the character map of '{Vocabulary.Shorten(normalizerName)}' is not supported; expected identity.");
        }

        if (suffixesWhiteSpace || !escapesWhiteSpace)
        {
            throw new CheckpointException(fileName, "treat_whitespace_as_suffix and unescaped white space are not supported.");
        }
    }
}
