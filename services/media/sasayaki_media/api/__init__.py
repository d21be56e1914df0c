"""What may be asked of media, and by whom."""

from sasayaki_media.api.rights import RIGHTS as RIGHTS
