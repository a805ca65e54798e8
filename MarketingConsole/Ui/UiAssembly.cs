namespace MarketingConsole.Ui; internal static class UiAssembly;
