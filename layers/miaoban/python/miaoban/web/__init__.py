"""The web as we call it: to addresses that were checked, in bounded time, following nothing."""
