namespace Slerp.Connector;
internal static class Placeholder;
